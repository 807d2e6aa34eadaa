// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.launcher.process;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import javax.tools.ToolProvider;

/** Makes files that somebody would slip into an agent, in a directory. */
public final class EvilCode {
  private final Path directory;

  public EvilCode(Path directory) {
    this.directory = directory;
  }

  public Path directory() {
    return directory;
  }

  public Path file(String name, String content) throws IOException {
    Path file = directory.resolve(name);
    Files.createDirectories(file.getParent());
    return Files.writeString(file, content);
  }

  /** A Java agent. */
  public Path agent() throws IOException {
    return TestJar.of(
        directory.resolve("evil.jar"),
        Map.of(
            "Premain-Class", EvilAgent.class.getName(), "Agent-Class", EvilAgent.class.getName()),
        EvilAgent.class);
  }

  /**
   * A directory with one compiled class that says EVIL when it is initialised, and that is a {@code
   * Runnable}.
   *
   * @param more options for the compiler
   */
  public Path compiled(String to, String packageName, String name, String... more)
      throws IOException {
    String in = packageName.isEmpty() ? "" : "package " + packageName + ";";
    String text =
        in
            + "public class %s implements Runnable {".formatted(name)
            + "static { System.out.println(\"EVIL in \" + System.getProperty(\"sun.java.command\")); }"
            + "public static void main(String[] args) {}"
            + "public void run() {} }";
    return source(to, name, text, more);
  }

  /** A directory with one compiled class of the given source. */
  public Path source(String to, String name, String text, String... more) throws IOException {
    return compile(to, List.of(file(to + ".src/" + name + ".java", text)), more);
  }

  /** A module of that name with a class in a package of that name. */
  public Path module(String name, String packageName) throws IOException {
    Path declared =
        file(
            name + ".src/module-info.java",
            "module %s { exports %s; }".formatted(name, packageName));
    Path code =
        file(
            name + ".src/Evil.java",
            ("package %s; public class Evil { static { System.out.println(\"EVIL\"); } }")
                .formatted(packageName));
    return compile(name, List.of(declared, code));
  }

  /** A shared library under another name; where it is mapped, it was let in. */
  public Path library(String name) throws IOException {
    Path known = LaunchedAgent.RUNTIME.resolve("lib/libjsig.so");
    Path copy = directory.resolve("native").resolve(name);
    Files.createDirectories(copy.getParent());
    return Files.copy(known, copy);
  }

  private Path compile(String to, List<Path> sources, String... more) throws IOException {
    Path classes = Files.createDirectories(directory.resolve(to));
    List<String> words = new ArrayList<>(List.of("-nowarn", "-d", classes.toString()));
    words.addAll(List.of(more));
    sources.forEach(source -> words.add(source.toString()));
    int code =
        ToolProvider.getSystemJavaCompiler().run(null, null, null, words.toArray(String[]::new));
    if (code != 0) {
      throw new IllegalStateException("the payload does not compile: " + words);
    }
    return classes;
  }
}
