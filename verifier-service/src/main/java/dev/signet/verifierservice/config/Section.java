// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.verifierservice.config;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;
import org.snakeyaml.engine.v2.nodes.Tag;

/**
 * One mapping of the file. Getters note a problem and give null (or the fallback) where the value
 * is not what was expected, so that one reading finds every problem; {@link #end} notes the keys
 * that nobody asked for.
 */
final class Section {
  private static final Pattern DURATION = Pattern.compile("([0-9]{1,6})(ms|s|m|h)");

  /** Problems of the whole file, in the order found. */
  static final class Problems {
    private final String file;
    private final Map<Integer, List<String>> byLine = new TreeMap<>();

    Problems(String file) {
      this.file = file;
    }

    void add(int line, String text) {
      byLine.computeIfAbsent(line, l -> new ArrayList<>()).add(file + ":" + line + ": " + text);
    }

    void throwIfAny() throws ConfigException {
      if (!byLine.isEmpty()) {
        throw new ConfigException(byLine.values().stream().flatMap(List::stream).toList());
      }
    }
  }

  private final Problems problems;
  private final String path;
  private final int line;
  private final Map<String, Node> values = new TreeMap<>();
  private final Map<String, Integer> lines = new TreeMap<>();
  private final Set<String> asked = new TreeSet<>();

  Section(MappingNode node, String path, Problems problems) {
    this.problems = problems;
    this.path = path;
    this.line = StrictYaml.line(node.getStartMark());
    for (NodeTuple tuple : node.getValue()) {
      int at = StrictYaml.line(tuple.getKeyNode().getStartMark());
      if (tuple.getKeyNode() instanceof ScalarNode key) {
        if (values.put(key.getValue(), tuple.getValueNode()) != null) {
          problems.add(at, path + key.getValue() + ": expected each key once");
        }
        lines.put(key.getValue(), at);
      } else {
        problems.add(at, path + "expected a plain key");
      }
    }
  }

  boolean has(String key) {
    asked.add(key);
    return values.containsKey(key);
  }

  int lineOf(String key) {
    return lines.getOrDefault(key, line);
  }

  void problem(String key, String text) {
    problems.add(lineOf(key), path + key + ": " + text);
  }

  /**
   * A text value.
   *
   * @param expected what to tell the operator who wrote something else
   * @param parse throws IllegalArgumentException on what it does not accept
   */
  <T> T required(String key, String expected, Function<String, T> parse) {
    if (!has(key)) {
      problem(key, "expected " + expected + "; the key is missing");
      return null;
    }
    return optional(key, expected, null, parse);
  }

  <T> T optional(String key, String expected, T fallback, Function<String, T> parse) {
    if (!has(key)) {
      return fallback;
    }
    if (!(values.get(key) instanceof ScalarNode scalar) || scalar.getTag().equals(Tag.NULL)) {
      problem(key, "expected " + expected + ", got " + kind(values.get(key)));
      return fallback;
    }
    return parsed(key, scalar, expected, fallback, parse);
  }

  private <T> T parsed(
      String key, ScalarNode scalar, String expected, T fallback, Function<String, T> parse) {
    try {
      return parse.apply(scalar.getValue());
    } catch (IllegalArgumentException e) {
      String got = scalar.getValue().length() > 80 ? "something longer" : scalar.getValue();
      problems.add(
          StrictYaml.line(scalar.getStartMark()),
          path + key + ": expected " + expected + ", got \"" + got + "\"");
      return fallback;
    }
  }

  int number(String key, int min, int max, Integer fallback) {
    String expected = "a whole number from " + min + " to " + max;
    Function<String, Integer> parse =
        text -> {
          if (!text.matches("[0-9]{1,9}")) {
            throw new IllegalArgumentException();
          }
          int value = Integer.parseInt(text);
          if (value < min || value > max) {
            throw new IllegalArgumentException();
          }
          return value;
        };
    Integer value =
        fallback == null
            ? required(key, expected, parse)
            : optional(key, expected, fallback, parse);
    return value == null ? min : value;
  }

  boolean flag(String key, boolean fallback) {
    return optional(
        key,
        "true or false",
        fallback,
        text ->
            switch (text) {
              case "true" -> true;
              case "false" -> false;
              default -> throw new IllegalArgumentException();
            });
  }

  Duration duration(String key, Duration min, Duration max, Duration fallback) {
    String expected = "a duration such as 30s or 5m, from " + show(min) + " to " + show(max);
    return optional(
        key,
        expected,
        fallback,
        text -> {
          Duration value = parseDuration(text);
          if (value.compareTo(min) < 0 || value.compareTo(max) > 0) {
            throw new IllegalArgumentException();
          }
          return value;
        });
  }

  /** Scalars of a sequence; an absent key is an empty list. */
  <T> List<T> list(String key, String expectedItem, Function<String, T> parse) {
    List<T> out = new ArrayList<>();
    for (Node item : items(key, "a list of " + expectedItem)) {
      if (item instanceof ScalarNode scalar && !scalar.getTag().equals(Tag.NULL)) {
        T value = parsed(key, scalar, expectedItem, null, parse);
        if (value != null) {
          out.add(value);
        }
      } else {
        problems.add(
            StrictYaml.line(item.getStartMark()),
            path + key + ": expected " + expectedItem + ", got " + kind(item));
      }
    }
    return out;
  }

  /** A sub-mapping, or null. */
  Section section(String key, boolean required) {
    if (!has(key)) {
      if (required) {
        problem(key, "expected a mapping; the key is missing");
      }
      return null;
    }
    if (values.get(key) instanceof MappingNode mapping) {
      return new Section(mapping, path + key + ".", problems);
    }
    problem(key, "expected a mapping, got " + kind(values.get(key)));
    return null;
  }

  List<Section> sections(String key) {
    List<Section> out = new ArrayList<>();
    List<Node> items = items(key, "a list of mappings");
    for (int i = 0; i < items.size(); i++) {
      if (items.get(i) instanceof MappingNode mapping) {
        out.add(new Section(mapping, path + key + "[" + i + "].", problems));
      } else {
        problems.add(
            StrictYaml.line(items.get(i).getStartMark()),
            path + key + "[" + i + "]: expected a mapping, got " + kind(items.get(i)));
      }
    }
    return out;
  }

  /** To be called after the last getter. */
  void end() {
    for (String key : values.keySet()) {
      if (!asked.contains(key)) {
        problem(key, "unknown key; expected one of " + String.join(", ", asked));
      }
    }
  }

  private List<Node> items(String key, String expected) {
    if (!has(key)) {
      return List.of();
    }
    if (values.get(key) instanceof SequenceNode sequence) {
      return sequence.getValue();
    }
    problem(key, "expected " + expected + ", got " + kind(values.get(key)));
    return List.of();
  }

  private static Duration parseDuration(String text) {
    Matcher m = DURATION.matcher(text);
    if (!m.matches()) {
      throw new IllegalArgumentException();
    }
    long n = Long.parseLong(m.group(1));
    return switch (m.group(2)) {
      case "ms" -> Duration.ofMillis(n);
      case "s" -> Duration.ofSeconds(n);
      case "m" -> Duration.ofMinutes(n);
      default -> Duration.ofHours(n);
    };
  }

  private static String show(Duration d) {
    if (d.toMillis() % 1000 != 0) {
      return d.toMillis() + "ms";
    }
    return d.toSeconds() % 60 == 0 ? d.toMinutes() + "m" : d.toSeconds() + "s";
  }

  private static String kind(Node node) {
    return switch (node.getNodeType()) {
      case MAPPING -> "a mapping";
      case SEQUENCE -> "a list";
      case SCALAR -> ((ScalarNode) node).getTag().equals(Tag.NULL) ? "nothing" : "a value";
      default -> "something else";
    };
  }
}
