// Reads [{properties: {..}}], resolves each set by Flume's MapResolver (package-private, hence reflection), prints the values or the error.
import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;

public class SubstitutionDriver {
  @SuppressWarnings("unchecked")
  public static void main(String[] args) throws Exception {
    Gson gson = new GsonBuilder().serializeNulls().disableHtmlEscaping().create();
    JsonArray cases = gson.fromJson(new InputStreamReader(System.in, StandardCharsets.UTF_8), JsonArray.class);
    Method resolve = Class.forName("org.apache.flume.node.MapResolver").getMethod("resolveProperties", Properties.class);
    resolve.setAccessible(true);
    for (JsonElement element : cases) {
      JsonObject c = element.getAsJsonObject();
      Properties properties = new Properties();
      for (Map.Entry<String, JsonElement> e : c.getAsJsonObject("properties").entrySet()) {
        properties.setProperty(e.getKey(), e.getValue().getAsString());
      }
      try {
        c.add("result", gson.toJsonTree(new TreeMap<>((Map<String, String>) resolve.invoke(null, properties))));
      } catch (InvocationTargetException e) {
        c.addProperty("error", e.getCause().getClass().getName());
      }
    }
    new PrintStream(System.out, true, "UTF-8").println(gson.toJson(cases));
  }
}
