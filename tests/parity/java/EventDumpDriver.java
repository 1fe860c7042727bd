// Reads [{headers, body: base64, maxBytes}], prints what EventHelper.dumpEvent makes of each: the text after "Event: " in the logger sink's line.
import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.reflect.TypeToken;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Map;
import org.apache.flume.event.EventBuilder;
import org.apache.flume.event.EventHelper;

public class EventDumpDriver {
  public static void main(String[] args) throws Exception {
    Gson gson = new GsonBuilder().serializeNulls().disableHtmlEscaping().create();
    JsonArray cases = gson.fromJson(new InputStreamReader(System.in, StandardCharsets.UTF_8), JsonArray.class);
    for (JsonElement element : cases) {
      JsonObject c = element.getAsJsonObject();
      Map<String, String> headers = gson.fromJson(c.get("headers"), new TypeToken<Map<String, String>>() {}.getType());
      try {
        c.addProperty("result", EventHelper.dumpEvent(
            EventBuilder.withBody(Base64.getDecoder().decode(c.get("body").getAsString()), headers),
            c.get("maxBytes").getAsInt()));
      } catch (Throwable t) {
        c.addProperty("error", t.getClass().getName());
      }
    }
    new PrintStream(System.out, true, "UTF-8").println(gson.toJson(cases));
  }
}
