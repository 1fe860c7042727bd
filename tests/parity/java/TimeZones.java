// Writes tests/golden/time_zones/time_zones.tsv: what SimpleDateFormat and Calendar say around changes of the offset.
//   java TimeZones.java > time_zones.tsv
// Zones and instants whose rules are settled, so that the release of the zone data does not matter.
import java.text.SimpleDateFormat;
import java.time.Instant;
import java.time.zone.ZoneOffsetTransition;
import java.util.ArrayList;
import java.util.Calendar;
import java.util.Date;
import java.util.List;
import java.util.Locale;
import java.util.TimeZone;

public class TimeZones {
  private static final String[] ZONES = {
    "UTC", "EST", "HST", "PST", "CET", "BST", "IST", "JST", "GMT+2", "GMT-0930", "UTC+2", "Foo/Bar", "Europe/Berlin", "Europe/Dublin",
    "Europe/Moscow", "America/New_York", "America/Sao_Paulo", "America/St_Johns", "Australia/Lord_Howe", "Asia/Kathmandu", "Pacific/Apia",
    "Pacific/Chatham", "Antarctica/Troll", "Etc/GMT+5"};
  private static final long[] AROUND = {-5_400_000, -60_000, -1, 0, 1_800_000, 2_700_000, 5_400_000};

  public static void main(String[] arguments) {
    StringBuilder out = new StringBuilder();
    for (String name : ZONES) {
      TimeZone zone = TimeZone.getTimeZone(name);
      List<Long> instants = new ArrayList<>(List.of(1_000_000_000_123L, 1_700_000_000_123L));
      Instant from = Instant.ofEpochMilli(1_280_000_000_000L);
      for (int i = 0; i < 2; i++) {
        ZoneOffsetTransition change = zone.toZoneId().getRules().nextTransition(from);
        if (change == null || change.getInstant().toEpochMilli() > 1_500_000_000_000L) break;
        for (long around : AROUND) instants.add(change.getInstant().toEpochMilli() + around);
        from = change.getInstant();
      }
      SimpleDateFormat format = new SimpleDateFormat("yyyy-MM-dd'T'HH:mm:ss.SSS Z XXX D EEE a h k K", Locale.ENGLISH);
      format.setTimeZone(zone);
      for (long instant : instants) {
        out.append(name).append('\t').append(instant).append('\t').append(format.format(new Date(instant)));
        out.append('\t').append(rounded(instant, zone, Calendar.SECOND, 7));
        out.append('\t').append(rounded(instant, zone, Calendar.MINUTE, 10));
        out.append('\t').append(rounded(instant, zone, Calendar.HOUR_OF_DAY, 6)).append('\n');
      }
    }
    System.out.print(out);
  }

  private static long rounded(long instant, TimeZone zone, int field, int step) {
    Calendar calendar = Calendar.getInstance(zone);
    calendar.setTimeInMillis(instant);
    calendar.set(field, calendar.get(field) / step * step);
    if (field == Calendar.HOUR_OF_DAY) calendar.set(Calendar.MINUTE, 0);
    if (field != Calendar.SECOND) calendar.set(Calendar.SECOND, 0);
    calendar.set(Calendar.MILLISECOND, 0);
    return calendar.getTimeInMillis();
  }
}
