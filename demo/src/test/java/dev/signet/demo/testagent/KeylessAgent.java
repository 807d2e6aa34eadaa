// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.demo.testagent;

import com.sun.management.HotSpotDiagnosticMXBean;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.RandomAccessFile;
import java.lang.management.ManagementFactory;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * An agent that calls a service without holding its key, and then writes down all that it has: what
 * somebody gets who takes the agent over completely.
 */
public final class KeylessAgent {
  private static final long MOST_OF_A_FILE = 32L << 20;
  private static final long MOST_OF_A_MAPPING = 512L << 20;

  private KeylessAgent() {}

  public static void main(String[] args) throws Exception {
    System.out.println("ready");
    HttpClient http = HttpClient.newHttpClient();
    BufferedReader in =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    for (String line = in.readLine(); line != null; line = in.readLine()) {
      String[] words = line.split(" ");
      switch (words[0]) {
        case "get" -> System.out.println(get(http, words[1]));
        case "dump" -> System.out.println(dump(Path.of(words[1]), List.of(words)));
        default -> System.out.println("unknown: " + line);
      }
    }
  }

  private static String get(HttpClient http, String url) throws Exception {
    var answer =
        http.send(HttpRequest.newBuilder(URI.create(url)).build(), BodyHandlers.ofString());
    return answer.statusCode() + " " + answer.headers().map() + " " + answer.body().strip();
  }

  /** Everything into files of {@code to}: heap, memory, environment, and files below the rest. */
  private static String dump(Path to, List<String> words) throws Exception {
    Files.writeString(to.resolve("environment"), System.getenv() + "\n" + System.getProperties());
    ManagementFactory.getPlatformMXBean(HotSpotDiagnosticMXBean.class)
        .dumpHeap(to.resolve("heap.hprof").toString(), false);
    try (OutputStream out = Files.newOutputStream(to.resolve("proc"))) {
      for (String name : List.of("environ", "cmdline", "maps", "status", "mountinfo", "net/unix")) {
        append(Path.of("/proc/self/" + name), out);
      }
    }
    memory(to.resolve("memory"));
    int files = 0;
    try (OutputStream out = Files.newOutputStream(to.resolve("files"))) {
      for (String root : words.subList(2, words.size())) {
        files += files(Path.of(root), to, out);
      }
    }
    return "dumped " + files + " files";
  }

  private static int files(Path root, Path except, OutputStream out) throws IOException {
    int files = 0;
    try (Stream<Path> all = Files.walk(root)) {
      for (Path file : all.filter(f -> Files.isRegularFile(f) && Files.isReadable(f)).toList()) {
        if (!file.startsWith(except) && Files.size(file) <= MOST_OF_A_FILE) {
          append(file, out);
          files++;
        }
      }
    }
    return files;
  }

  private static void append(Path file, OutputStream out) throws IOException {
    out.write(("\n== " + file + "\n").getBytes(StandardCharsets.UTF_8));
    out.write(Files.readAllBytes(file));
  }

  /**
   * What the process can write, and so may have written: heap, stacks, buffers, libraries' data.
   */
  private static void memory(Path to) throws IOException {
    List<String> maps = Files.readAllLines(Path.of("/proc/self/maps"));
    byte[] buffer = new byte[1 << 16];
    try (OutputStream out = Files.newOutputStream(to);
        RandomAccessFile memory = new RandomAccessFile("/proc/self/mem", "r")) {
      for (String mapping : maps) {
        String[] words = mapping.split("[ -]");
        long from = Long.parseUnsignedLong(words[0], 16);
        long end = Long.parseUnsignedLong(words[1], 16);
        if (words[2].startsWith("rw") && from > 0 && end - from <= MOST_OF_A_MAPPING) {
          copy(memory, from, end, buffer, out);
        }
      }
    }
  }

  private static void copy(
      RandomAccessFile memory, long from, long end, byte[] buffer, OutputStream out)
      throws IOException {
    for (long at = from; at < end; at += buffer.length) {
      try {
        memory.seek(at);
        int read = memory.read(buffer, 0, (int) Math.min(buffer.length, end - at));
        if (read > 0) {
          out.write(buffer, 0, read);
        }
      } catch (IOException e) {
        return; // this mapping cannot be read to its end
      }
    }
  }
}
