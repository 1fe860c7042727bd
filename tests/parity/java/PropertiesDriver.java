// Reads [{input: base64}], loads each by java.util.Properties as Flume does (from a byte stream), prints entries or the error class.
import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.io.ByteArrayInputStream;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Properties;
import java.util.TreeSet;

public class PropertiesDriver {
  public static void main(String[] args) throws Exception {
    Gson gson = new GsonBuilder().disableHtmlEscaping().create();
    JsonArray cases = gson.fromJson(new InputStreamReader(System.in, StandardCharsets.UTF_8), JsonArray.class);
    for (JsonElement element : cases) {
      JsonObject c = element.getAsJsonObject();
      Properties properties = new Properties();
      try {
        properties.load(new ByteArrayInputStream(Base64.getDecoder().decode(c.get("input").getAsString())));
      } catch (Exception e) {
        c.addProperty("error", e.getClass().getName());
      }
      JsonObject entries = new JsonObject();
      for (String key : new TreeSet<>(properties.stringPropertyNames())) {
        entries.addProperty(key, properties.getProperty(key));
      }
      c.add("entries", entries);  // with an error: what had been read before it
    }
    new PrintStream(System.out, true, "UTF-8").println(gson.toJson(cases));
  }
}
