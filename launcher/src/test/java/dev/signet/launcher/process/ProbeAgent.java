// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.launcher.process;

import java.io.IOException;
import java.lang.reflect.Field;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.Security;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.ServiceLoader;
import java.util.TreeMap;

/** The agent that tests start: it does what its first argument says. */
@SuppressWarnings("restricted") // loads the library that a test slips in
public final class ProbeAgent {
  private ProbeAgent() {}

  public static void main(String[] args) throws Exception {
    switch (args[0]) {
      case "arguments" -> System.out.println(Arrays.toString(args));
      case "environment" ->
          new TreeMap<>(System.getenv()).forEach((k, v) -> System.out.println(k + "=" + v));
      case "properties" ->
          System.getProperties().forEach((k, v) -> System.out.println(k + "=" + v));
      case "status" -> System.out.print(Files.readString(Path.of("/proc/self/status")));
      case "directory" -> {
        System.out.println(Path.of("").toAbsolutePath());
        try (var files = Files.list(Path.of(""))) {
          System.out.println("files=" + files.count());
        }
      }
      case "exit" -> System.exit(Integer.parseInt(args[1]));
      case "echo" -> System.in.transferTo(System.out);
      case "sleep" -> sleep();
      case "lazy" -> {
        say("ready");
        System.in.read();
        System.out.println(LazyPart.text());
      }
      case "http" -> http(args[1]);
      case "get" -> System.exit(get(args[1]));
      case "child" -> child(Arrays.copyOfRange(args, 1, args.length));
      case "load" -> Class.forName(args[1]);
      case "library" -> {
        System.loadLibrary(args[1]);
        System.out.println("LOADED");
      }
      case "services" -> ServiceLoader.load(Runnable.class).forEach(Runnable::run);
      case "security" -> System.out.println(Security.getProperty(args[1]));
      case "maps" -> System.out.print(Files.readString(Path.of("/proc/self/maps")));
      case "threads" ->
          Thread.getAllStackTraces().keySet().forEach(t -> System.out.println(t.getName()));
      case "reflect" -> reflect();
      case "memory" -> exhaustMemory();
      case "overwrite" -> overwrite(Path.of(System.getProperty("java.class.path")));
      default -> throw new IllegalArgumentException(args[0]);
    }
  }

  /** Needs java.lang opened to it. */
  private static void reflect() throws ReflectiveOperationException {
    Field value = String.class.getDeclaredField("value");
    value.setAccessible(true);
    System.out.println("OPENED");
  }

  private static void exhaustMemory() {
    List<byte[]> all = new ArrayList<>();
    while (true) {
      all.add(new byte[1 << 24]);
    }
  }

  private static void say(String text) {
    System.out.println(text);
    System.out.flush();
  }

  private static void sleep() throws InterruptedException {
    Runtime.getRuntime().addShutdownHook(new Thread(() -> say("hook")));
    say("ready");
    new java.util.concurrent.CountDownLatch(1).await();
  }

  private static void http(String url) throws IOException {
    HttpURLConnection connection = (HttpURLConnection) URI.create(url).toURL().openConnection();
    int status = connection.getResponseCode();
    var in = status < 400 ? connection.getInputStream() : connection.getErrorStream();
    say(status + " " + new String(in.readAllBytes(), StandardCharsets.UTF_8));
  }

  /** Says nothing. */
  private static int get(String url) throws IOException {
    var connection = (HttpURLConnection) URI.create(url).toURL().openConnection();
    return connection.getResponseCode() == 200 ? 0 : 1;
  }

  private static void child(String[] command) throws IOException, InterruptedException {
    System.exit(new ProcessBuilder(command).inheritIO().start().waitFor());
  }

  private static void overwrite(Path jar) {
    try {
      Files.write(jar, new byte[] {0});
      say("overwritten");
    } catch (IOException e) {
      say("kept: " + e.getClass().getSimpleName());
    }
  }
}
