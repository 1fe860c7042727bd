// Reads [{pattern, headers, timeZone, round, unit, value, localTime}], asks BucketPath, prints the cases with result or error.
import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.reflect.TypeToken;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.util.Calendar;
import java.util.Map;
import java.util.TimeZone;
import org.apache.flume.formatter.output.BucketPath;

public class EscapesDriver {
  public static void main(String[] args) throws Exception {
    Gson gson = new GsonBuilder().serializeNulls().disableHtmlEscaping().create();
    JsonArray cases = gson.fromJson(new InputStreamReader(System.in, StandardCharsets.UTF_8), JsonArray.class);
    InetAddress here = InetAddress.getLocalHost();
    for (JsonElement element : cases) {
      JsonObject c = element.getAsJsonObject();
      Map<String, String> headers = gson.fromJson(c.get("headers"), new TypeToken<Map<String, String>>() {}.getType());
      TimeZone zone = c.get("timeZone").isJsonNull() ? null : TimeZone.getTimeZone(c.get("timeZone").getAsString());
      boolean round = c.get("round").getAsBoolean();
      int unit = unit(c.get("unit").getAsString());
      try {
        String result = BucketPath.escapeString(c.get("pattern").getAsString(), headers, zone, round, unit,
            c.get("value").getAsInt(), false);
        String name = here.getHostName();
        if (c.get("pattern").getAsString().contains("%[")) {
          result = result.replace(here.getCanonicalHostName(), "<FQDN>").replace(name, "<HOST>").replace(
              here.getHostAddress(), "<IP>");
        }
        c.addProperty("result", result);
      } catch (Throwable t) {
        c.addProperty("error", t.getClass().getName());
      }
    }
    new PrintStream(System.out, true, "UTF-8").println(gson.toJson(cases));
  }

  private static int unit(String name) {
    return name.equals("hour") ? Calendar.HOUR_OF_DAY : name.equals("minute") ? Calendar.MINUTE : Calendar.SECOND;
  }
}
