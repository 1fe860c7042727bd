// A NameNode's port of a cluster with Kerberos: Hadoop's own RPC server, which lets in nobody who has no ticket. Behind it there is
// no NameNode: nobody gets so far.
//
//   java -cp <conf>:<jars> KerberosNameNode.java PORT      prints "ready", and ends with its standard input
import java.lang.reflect.Proxy;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.hdfs.protocol.proto.ClientNamenodeProtocolProtos.ClientNamenodeProtocol;
import org.apache.hadoop.hdfs.protocolPB.ClientNamenodeProtocolPB;
import org.apache.hadoop.ipc.ProtobufRpcEngine2;
import org.apache.hadoop.ipc.RPC;

public class KerberosNameNode {
  public static void main(String[] arguments) throws Exception {
    Configuration conf = new Configuration();
    conf.set("hadoop.security.authentication", "kerberos");
    RPC.setProtocolEngine(conf, ClientNamenodeProtocolPB.class, ProtobufRpcEngine2.class);
    Class<?> face = ClientNamenodeProtocol.BlockingInterface.class;
    Object nothing = Proxy.newProxyInstance(face.getClassLoader(), new Class<?>[] {face}, (proxy, method, values) -> {
      throw new IllegalStateException(method.getName() + " came through");
    });
    RPC.Server server = new RPC.Builder(conf)
        .setProtocol(ClientNamenodeProtocolPB.class)
        .setInstance(ClientNamenodeProtocol.newReflectiveBlockingService((ClientNamenodeProtocol.BlockingInterface) nothing))
        .setBindAddress("127.0.0.1").setPort(Integer.parseInt(arguments[0])).setNumHandlers(1).build();
    server.start();
    System.out.println("ready");
    while (System.in.read() >= 0) {
    }
    server.stop();
  }
}
