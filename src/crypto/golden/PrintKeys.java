import java.io.FileInputStream;
import java.security.KeyStore;
import java.util.Collections;
import java.util.HexFormat;
import java.util.TreeSet;

/** Prints what Java itself reads in a key store: java PrintKeys.java FILE TYPE PASSWORD [ALIAS=PASSWORD]... */
public class PrintKeys {
  public static void main(String[] args) throws Exception {
    KeyStore store = KeyStore.getInstance(args[1]);
    store.load(new FileInputStream(args[0]), args[2].toCharArray());
    for (String alias : new TreeSet<>(Collections.list(store.aliases()))) {
      String password = args[2];
      for (String arg : args) {
        if (arg.startsWith(alias + "=")) password = arg.substring(alias.length() + 1);
      }
      String kind = store.isCertificateEntry(alias) ? "certificate"
          : store.getKey(alias, password.toCharArray()) instanceof java.security.PrivateKey ? "private" : "secret";
      byte[] bytes = kind.equals("certificate") ? store.getCertificate(alias).getEncoded()
          : store.getKey(alias, password.toCharArray()).getEncoded();
      String algorithm = kind.equals("certificate") ? "X.509" : store.getKey(alias, password.toCharArray()).getAlgorithm();
      System.out.println(String.join("\t", args[0], alias, kind, algorithm, password,
          String.valueOf(store.getCreationDate(alias).getTime()), HexFormat.of().formatHex(bytes)));
    }
  }
}
