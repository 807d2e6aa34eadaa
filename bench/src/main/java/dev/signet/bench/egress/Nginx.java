// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.bench.egress;

import dev.signet.bench.Directories;
import dev.signet.bench.Processes;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/** One nginx with one worker, in a directory of its own. */
final class Nginx implements AutoCloseable {
  private static final Duration START = Duration.ofSeconds(10);

  private final Path directory;
  private final Process process;

  private Nginx(Path directory, Process process) {
    this.directory = directory;
    this.process = process;
  }

  /**
   * Starts it and waits until it listens.
   *
   * @param http what stands inside {@code http { … }}
   * @param port one on which that listens
   */
  static Nginx start(String http, int port) throws IOException, InterruptedException {
    Path directory = Files.createTempDirectory("signet-bench-nginx");
    Path config = directory.resolve("nginx.conf");
    Files.writeString(
        config,
        """
        daemon off;
        worker_processes 1;
        pid %1$s/pid;
        error_log %1$s/error.log;
        events { worker_connections 256; }
        http {
          access_log off;
          client_body_temp_path %1$s/body;
          proxy_temp_path %1$s/proxy;
          fastcgi_temp_path %1$s/fastcgi;
          uwsgi_temp_path %1$s/uwsgi;
          scgi_temp_path %1$s/scgi;
          client_body_buffer_size 64k;
          keepalive_timeout 75s;
          keepalive_requests 100000000;
          %2$s
        }
        """
            .formatted(directory, http));
    Process process =
        new ProcessBuilder(
                List.of(
                    "nginx",
                    "-e",
                    directory + "/error.log",
                    "-p",
                    directory.toString(),
                    "-c",
                    config.toString()))
            .redirectErrorStream(true)
            .redirectOutput(directory.resolve("output").toFile())
            .start();
    Nginx nginx = new Nginx(directory, process);
    try {
      nginx.awaitListening(port);
    } catch (IOException | InterruptedException e) {
      nginx.close();
      throw e;
    }
    return nginx;
  }

  ProcessHandle handle() {
    return process.toHandle();
  }

  private void awaitListening(int port) throws IOException, InterruptedException {
    long deadline = System.nanoTime() + START.toNanos();
    while (true) {
      try (Socket socket = new Socket()) {
        socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 1000);
        return;
      } catch (IOException e) {
        if (System.nanoTime() > deadline || !process.isAlive()) {
          throw new IOException(
              "nginx does not listen: " + Files.readString(directory.resolve("error.log")), e);
        }
      }
      process.waitFor(Duration.ofMillis(20));
    }
  }

  @Override
  public void close() throws IOException {
    Processes.stop(process);
    Directories.delete(directory);
  }
}
