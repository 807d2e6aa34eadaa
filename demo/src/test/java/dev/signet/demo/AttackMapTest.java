// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.demo;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** {@code docs/attacks.md} tells the truth about which attack has which test. */
class AttackMapTest {
  private static final int ATTACKS = 68;

  /** Rows that must not be without a test: the attacks on what this version does. */
  private static final Set<Integer> MUST = rows("1-13 16 20 27 31 32 35-42 47-51 55-64");

  private static final Pattern ROW =
      Pattern.compile("\\| (\\d+) \\|[^|]+\\|[^|]+\\|([^|]+)\\|([^|]+)\\|");
  private static final Pattern CLASS = Pattern.compile("`(\\w+)`");
  private static final Pattern TEST = Pattern.compile("`(\\w+)#(\\w+)`");
  private static final Pattern METHOD =
      Pattern.compile("(?s)@(?:Test|ParameterizedTest|Property)\\b.*?\\bvoid (\\w+)\\(");
  private static final Pattern ATTACK = Pattern.compile("attack(\\d\\d)(?:And(\\d\\d))?[A-Z]\\w*");

  private static final Map<Integer, Matcher> TABLE = new TreeMap<>();

  /** Names of test methods by class, from the sources of all modules. */
  private static final Map<String, Set<String>> METHODS = new HashMap<>();

  private static final Set<String> CLASSES = new HashSet<>();

  @BeforeAll
  static void read() throws IOException {
    Path root = Path.of("").toAbsolutePath().getParent();
    for (String line : Files.readAllLines(root.resolve("docs/attacks.md"))) {
      Matcher row = ROW.matcher(line);
      if (row.matches()) {
        assertThat(TABLE.put(Integer.parseInt(row.group(1)), row)).as(line).isNull();
      }
    }
    for (Path module : children(root)) {
      for (Path source : javaFiles(module.resolve("src/main/java"))) {
        CLASSES.add(className(source));
      }
      for (Path source : javaFiles(module.resolve("src/test/java"))) {
        Set<String> methods = METHODS.computeIfAbsent(className(source), c -> new HashSet<>());
        METHOD.matcher(Files.readString(source)).results().forEach(m -> methods.add(m.group(1)));
      }
    }
  }

  @Test
  void everyAttackHasARow() {
    assertThat(TABLE.keySet())
        .containsExactlyElementsOf(IntStream.rangeClosed(1, ATTACKS).boxed().toList());
  }

  @Test
  void attacksOnWhatThereIsHaveTests() {
    Set<Integer> without = new TreeSet<>(MUST);
    TABLE.forEach(
        (number, row) -> {
          if (TEST.matcher(row.group(3)).find()) {
            without.remove(number);
          }
        });
    assertThat(without).as("rows that must have a test and have none").isEmpty();
  }

  @Test
  void everyTestInTheTableExists() {
    TABLE.forEach(
        (number, row) ->
            TEST.matcher(row.group(3))
                .results()
                .forEach(
                    m ->
                        assertThat(METHODS.getOrDefault(m.group(1), Set.of()))
                            .as("row %d: tests of %s", number, m.group(1))
                            .contains(m.group(2))));
  }

  @Test
  void everyClassInTheTableExists() {
    TABLE.forEach(
        (number, row) ->
            CLASS
                .matcher(row.group(2))
                .results()
                .forEach(m -> assertThat(CLASSES).as("row %d", number).contains(m.group(1))));
  }

  @Test
  void everyAttackTestIsInTheRowThatItIsNamedAfter() {
    Set<String> missing = new TreeSet<>();
    METHODS.forEach(
        (type, methods) ->
            methods.forEach(
                method -> {
                  Matcher attack = ATTACK.matcher(method);
                  if (attack.matches()) {
                    for (int group = 1; group <= 2; group++) {
                      String number = attack.group(group);
                      if (number != null && !row(number).contains("`" + type + "#" + method)) {
                        missing.add(number + ": " + type + "#" + method);
                      }
                    }
                  }
                }));
    assertThat(missing).as("attack tests that docs/attacks.md does not name").isEmpty();
  }

  private static String row(String number) {
    Matcher row = TABLE.get(Integer.parseInt(number));
    return row == null ? "" : row.group(3);
  }

  private static Set<Integer> rows(String ranges) {
    Set<Integer> rows = new TreeSet<>();
    for (String range : ranges.split(" ", -1)) {
      String[] ends = range.split("-", -1);
      IntStream.rangeClosed(Integer.parseInt(ends[0]), Integer.parseInt(ends[ends.length - 1]))
          .forEach(rows::add);
    }
    return rows;
  }

  private static List<Path> children(Path directory) throws IOException {
    try (Stream<Path> children = Files.list(directory)) {
      return children.filter(Files::isDirectory).toList();
    }
  }

  private static List<Path> javaFiles(Path directory) throws IOException {
    if (!Files.isDirectory(directory)) {
      return List.of();
    }
    try (Stream<Path> files = Files.walk(directory)) {
      return files.filter(f -> f.toString().endsWith(".java")).toList();
    }
  }

  private static String className(Path source) {
    return source.getFileName().toString().replace(".java", "");
  }
}
