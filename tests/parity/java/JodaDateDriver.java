// Reads [{pattern, zone, text}], prints what regex_extractor's millis serializer makes of the text in that zone: `result`, or
// `error` when the pattern is refused, `text_error` when the text is.
import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.apache.flume.Context;
import org.apache.flume.interceptor.RegexExtractorInterceptorMillisSerializer;
import org.joda.time.DateTimeZone;

public class JodaDateDriver {
  public static void main(String[] args) throws Exception {
    Gson gson = new GsonBuilder().disableHtmlEscaping().create();
    JsonArray cases = gson.fromJson(new InputStreamReader(System.in, StandardCharsets.UTF_8), JsonArray.class);
    for (JsonElement element : cases) {
      JsonObject c = element.getAsJsonObject();
      DateTimeZone.setDefault(DateTimeZone.forID(c.get("zone").getAsString()));
      RegexExtractorInterceptorMillisSerializer serializer = new RegexExtractorInterceptorMillisSerializer();
      try {
        Context context = new Context();
        context.put("pattern", c.get("pattern").getAsString());
        serializer.configure(context);
      } catch (Throwable t) {
        c.addProperty("error", t.getClass().getName());
        continue;
      }
      try {
        c.addProperty("result", serializer.serialize(c.get("text").getAsString()));
      } catch (Throwable t) {
        c.addProperty("text_error", t.getClass().getName());
      }
    }
    new PrintStream(System.out, true, "UTF-8").println(gson.toJson(cases));
  }
}
