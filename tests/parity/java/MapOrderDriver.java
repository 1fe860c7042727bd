// Reads [{put: [keys]}], prints the order in which Java's HashMap walks them: `grown` = keys put one by one into an empty map,
// `copied` = a map that EventBuilder.withBody copied at once (its table is sized by the count, so the order can differ).
import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.flume.event.EventBuilder;

public class MapOrderDriver {
  public static void main(String[] args) throws Exception {
    Gson gson = new GsonBuilder().disableHtmlEscaping().create();
    JsonArray cases = gson.fromJson(new InputStreamReader(System.in, StandardCharsets.UTF_8), JsonArray.class);
    for (JsonElement element : cases) {
      JsonObject c = element.getAsJsonObject();
      Map<String, String> grown = new HashMap<>();
      Map<String, String> ordered = new LinkedHashMap<>();
      for (JsonElement key : c.getAsJsonArray("put")) {
        grown.put(key.getAsString(), "");
        ordered.put(key.getAsString(), "");
      }
      c.add("grown", gson.toJsonTree(grown.keySet()));
      c.add("copied", gson.toJsonTree(EventBuilder.withBody(new byte[0], ordered).getHeaders().keySet()));
    }
    new PrintStream(System.out, true, "UTF-8").println(gson.toJson(cases));
  }
}
