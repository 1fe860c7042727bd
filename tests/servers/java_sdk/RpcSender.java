import java.io.FileInputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.apache.flume.Event;
import org.apache.flume.EventDeliveryException;
import org.apache.flume.api.RpcClient;
import org.apache.flume.api.RpcClientFactory;
import org.apache.flume.event.EventBuilder;

/**
 * A program of its own that sends by Flume's client SDK: RpcSender PROPERTIES EVENTS BATCH. With a batch of 1 each event is a call of
 * append(), with the headers that Flume's log4j appender gives it. What fails is sent again, for a minute. Prints the number of events
 * that were acknowledged and of calls that failed.
 */
public final class RpcSender {
  public static void main(String[] arguments) throws Exception {
    Properties properties = new Properties();
    try (FileInputStream file = new FileInputStream(arguments[0])) {
      properties.load(file);
    }
    int events = Integer.parseInt(arguments[1]);
    int size = Integer.parseInt(arguments[2]);
    long deadline = System.nanoTime() + 60_000_000_000L;
    RpcClient client = RpcClientFactory.getInstance(properties);
    int failures = 0;
    int sent = 0;
    while (sent < events) {
      List<Event> batch = new ArrayList<>();
      for (int n = sent; n < Math.min(sent + size, events); ++n) batch.add(event(n, size == 1));
      try {
        if (size == 1) {
          client.append(batch.get(0));
        } else {
          client.appendBatch(batch);
        }
        sent += batch.size();
      } catch (EventDeliveryException failed) {
        ++failures;
        if (System.nanoTime() > deadline) throw failed;
        Thread.sleep(100);
        if (!client.isActive()) {
          client.close();
          client = RpcClientFactory.getInstance(properties);
        }
      }
    }
    client.close();
    System.out.println(sent + " " + failures);
    System.exit(0);
  }

  private static Event event(int number, boolean asLog4j) {
    Map<String, String> headers = new HashMap<>();
    headers.put("n", Integer.toString(number));
    headers.put("größe", "ü");
    if (asLog4j) {
      headers.put("flume.client.log4j.timestamp", "1700000000000");
      headers.put("flume.client.log4j.log.level", "20000");
      headers.put("flume.client.log4j.logger.name", "com.example.Shop");
      headers.put("flume.client.log4j.message.encoding", "UTF8");
    }
    return EventBuilder.withBody(("event " + number + " €").getBytes(StandardCharsets.UTF_8), headers);
  }
}
