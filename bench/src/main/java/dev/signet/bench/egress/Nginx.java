// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.bench.egress;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** One nginx with one worker. */
final class Nginx {
  private Nginx() {}

  /**
   * Starts it and waits until it listens.
   *
   * @param http what stands inside {@code http { … }}
   * @param port one on which that listens
   */
  static ServerProgram start(String http, int port) throws IOException, InterruptedException {
    Path directory = Files.createTempDirectory("signet-bench-nginx");
    Path config = directory.resolve("nginx.conf");
    Files.writeString(
        config,
        """
        daemon off;
        worker_processes 1;
        worker_rlimit_nofile 8192;
        pid %1$s/pid;
        error_log stderr;
        events { worker_connections 4096; }
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
    return ServerProgram.start(
        "nginx",
        directory,
        port,
        List.of("nginx", "-e", "stderr", "-p", directory.toString(), "-c", config.toString()));
  }
}
