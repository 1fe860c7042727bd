// Writes random patterns and subjects with java.util.regex's answers, in the form of tests/golden/regex:
//   java RandomRegexes.java SEED COUNT > random.json
// Meant for comparing the two engines at length; a small run is kept as tests/golden/regex/random.json.
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

public class RandomRegexes {
  private static final String[] LETTERS = {"a", "b", "c", "A", "k", "K", "1", "_", " ", "-", ":", "\u00e9", "\u017f", "\u212a", "\\n", "\\r", "\\x{85}", "\\u2028"};
  private static final String[] CLASSES = {"\\d", "\\w", "\\s", "\\W", "\\D", "\\S", "\\h", "\\v", "\\R", "\\p{Alpha}", "\\p{L}", "\\P{Punct}", "\\p{Lu}", "\\pN", "\\p{javaLetter}", "\\P{javaLowerCase}"};
  private static final String[] MEMBERS = {"a", "b-d", "A-C", "\\d", "\\w", "\\W", "\\S", "-", "k", "Z-a", "\u00e9", "\\p{Lower}", "\\p{L}", "\\P{Alpha}", "\\p{javaLowerCase}", "\\P{IsUppercase}", "\\p{javaWhitespace}", "\\n", "\\]", ".", "\\Q^]\\E", "&", "\u2028"};
  private static final String[] ASSERTIONS = {"^", "$", "\\b", "\\B", "\\A", "\\z", "\\Z", "(?i)", "(?m)", "(?s)", "(?-i)"};
  private static final String[] REPEATS = {"*", "+", "?", "*?", "+?", "??", "{2}", "{1,2}", "{0,2}?", "{1,}", "++", "*+"};
  private static final String[] PIECES = {"a", "b", "c", "k", "K", "A", "1", "_", "ab", " ", "-", ":", "\u00e9", "\u00c9", "\u017f", "\u212a", "\n", "\r", "\r\n", "\u0085", "\u2028", "\u000b", "e\u0301"};

  private final Random random;
  private int groups;
  private int depth;

  private RandomRegexes(long seed) {
    random = new Random(seed);
  }

  public static void main(String[] arguments) {
    RandomRegexes generator = new RandomRegexes(Long.parseLong(arguments[0]));
    StringBuilder out = new StringBuilder("[\n");
    for (int i = Integer.parseInt(arguments[1]); i > 0; i--) generator.row(out, i == 1 ? "\n" : ",\n");
    System.out.print(out.append("]\n"));
  }

  private void row(StringBuilder out, String end) {
    groups = 0;
    depth = 0;
    String pattern = alternatives();
    StringBuilder input = new StringBuilder();
    int kinds = random.nextBoolean() ? 9 : PIECES.length;
    for (int i = random.nextInt(6); i > 0; i--) input.append(PIECES[random.nextInt(kinds)]);
    out.append("{\"pattern\": ").append(json(pattern)).append(", \"input\": ").append(json(input.toString()));
    try {
      Matcher matcher = Pattern.compile(pattern).matcher(input);
      boolean found = matcher.find();
      out.append(", \"find\": ").append(found);
      if (found) {
        out.append(", \"groups\": [");
        for (int i = 0; i <= matcher.groupCount(); i++) out.append(i == 0 ? "" : ", ").append(matcher.group(i) == null ? "null" : json(matcher.group(i)));
        out.append("]");
      }
      out.append(", \"matches\": ").append(matcher.matches());
    } catch (PatternSyntaxException e) {
      out.append(", \"error\": \"").append(e.getClass().getName()).append('"');
    }
    out.append("}").append(end);
  }

  private String alternatives() {
    StringBuilder out = new StringBuilder(sequence());
    while (random.nextInt(4) == 0) out.append('|').append(sequence());
    return out.toString();
  }

  private String sequence() {
    StringBuilder out = new StringBuilder();
    for (int i = random.nextInt(4); i > 0; i--) {
      out.append(element());
      if (random.nextInt(3) == 0) out.append(one(REPEATS));
    }
    return out.toString();
  }

  private String element() {
    depth++;
    try {
      switch (random.nextInt(depth > 4 ? 10 : 20)) {
        case 0: case 1: case 2: case 3: return one(LETTERS);
        case 4: return ".";
        case 5: return one(CLASSES);
        case 6: return characterClass();
        case 7: return one(ASSERTIONS);
        case 8: return groups > 0 ? "\\" + (1 + random.nextInt(groups)) : "b";
        case 9: return "\\Q" + one("a+", "b", "", "k.") + "\\E";
        case 10: case 11: case 12: groups++; return "(" + alternatives() + ")";
        case 13: case 14: return "(?:" + alternatives() + ")";
        case 15: return "(?=" + alternatives() + ")";
        case 16: return "(?!" + alternatives() + ")";
        case 17: return one("(?<=", "(?<!") + one("a", "b", "[ab]", "ab", "a|b", "\\w") + ")";
        case 18: return "(?>" + alternatives() + ")";
        default: return one("(?i:", "(?s:", "(?m:") + alternatives() + ")";
      }
    } finally {
      depth--;
    }
  }

  private String characterClass() {
    StringBuilder out = new StringBuilder(random.nextInt(3) == 0 ? "[^" : "[").append(members());
    while (random.nextInt(4) == 0) out.append(random.nextBoolean() ? "&&[^" : "&&[").append(members()).append(']');
    return out.append(']').toString();
  }

  private String members() {
    StringBuilder out = new StringBuilder();
    for (int i = random.nextInt(3); i >= 0; i--) out.append(one(MEMBERS));
    // Java's own matcher breaks on [a&&&[b]].
    return out.charAt(out.length() - 1) == '&' ? out.append('c').toString() : out.toString();
  }

  private String one(String... choices) {
    return choices[random.nextInt(choices.length)];
  }

  private static String json(String text) {
    StringBuilder out = new StringBuilder("\"");
    for (char c : text.toCharArray()) {
      if (c == '"' || c == '\\') out.append('\\').append(c);
      else if (c < ' ' || c > '~') out.append(String.format("\\u%04x", (int) c));
      else out.append(c);
    }
    return out.append('"').toString();
  }
}
