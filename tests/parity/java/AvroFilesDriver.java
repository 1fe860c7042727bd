// Reads [{path}] with Avro's own library, prints for each: its codec, and the number of records that are {headers, body} with the
// body of a counter from 0, in order.
import com.google.gson.Gson;
import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.io.File;
import java.io.InputStreamReader;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.apache.avro.file.DataFileReader;
import org.apache.avro.generic.GenericDatumReader;
import org.apache.avro.generic.GenericRecord;

public class AvroFilesDriver {
  public static void main(String[] args) throws Exception {
    Gson gson = new Gson();
    JsonArray cases = gson.fromJson(new InputStreamReader(System.in, StandardCharsets.UTF_8), JsonArray.class);
    for (JsonElement element : cases) {
      JsonObject c = element.getAsJsonObject();
      try (DataFileReader<GenericRecord> reader =
          new DataFileReader<>(new File(c.get("path").getAsString()), new GenericDatumReader<GenericRecord>())) {
        int records = 0;
        for (GenericRecord record : reader) {
          String body = StandardCharsets.UTF_8.decode((ByteBuffer) record.get("body")).toString();
          if (!body.equals(Integer.toString(records))) break;
          ++records;
        }
        c.addProperty("codec", reader.getMetaString("avro.codec"));
        c.addProperty("records", records);
        c.addProperty("headers", String.valueOf(reader.getSchema().getField("headers").schema()));
      }
    }
    System.out.println(gson.toJson(cases));
  }
}
