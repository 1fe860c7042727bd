// Reads [{pattern, input}], prints find(), matches() and the groups of the first match by java.util.regex, or the error class.
import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

public class RegexDriver {
  public static void main(String[] args) throws Exception {
    Gson gson = new GsonBuilder().serializeNulls().disableHtmlEscaping().create();
    JsonArray cases = gson.fromJson(new InputStreamReader(System.in, StandardCharsets.UTF_8), JsonArray.class);
    for (JsonElement element : cases) {
      JsonObject c = element.getAsJsonObject();
      try {
        Matcher matcher = Pattern.compile(c.get("pattern").getAsString()).matcher(c.get("input").getAsString());
        boolean found = matcher.find();
        c.addProperty("find", found);
        if (found) {
          JsonArray groups = new JsonArray();
          for (int i = 0; i <= matcher.groupCount(); i++) {
            groups.add(matcher.group(i));
          }
          c.add("groups", groups);
        }
        c.addProperty("matches", matcher.matches());
      } catch (Throwable t) {
        c.addProperty("error", t.getClass().getName());
      }
    }
    new PrintStream(System.out, true, "UTF-8").println(gson.toJson(cases));
  }
}
