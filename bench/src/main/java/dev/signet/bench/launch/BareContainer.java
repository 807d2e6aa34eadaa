// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.bench.launch;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.signet.bench.Processes;
import dev.signet.demo.image.ImageLayout;
import dev.signet.launcher.container.ContainerHost;
import dev.signet.protocol.Digest;
import dev.signet.protocol.MalformedMessageException;
import dev.signet.protocol.StrictJson;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/**
 * An image's files unpacked into a directory once, to be started by runc alone with the
 * configuration that {@code runc spec} proposes, but for the program and the host's network.
 */
final class BareContainer {
  private static final Duration PATIENCE = Duration.ofMinutes(1);

  private final Path runc;
  private final Path bundle;
  private int started;

  private BareContainer(Path runc, Path bundle) {
    this.runc = runc;
    this.bundle = bundle;
  }

  static BareContainer unpack(ContainerHost host, ImageLayout image, Path bundle, URI url)
      throws IOException, InterruptedException {
    Path root = Files.createDirectories(bundle.resolve("rootfs"));
    for (Digest layer : image.layers()) {
      Processes.output(
          PATIENCE, List.of("tar", "-xf", image.blob(layer).toString(), "-C", root.toString()));
    }
    Processes.output(
        PATIENCE, List.of(host.runc().toString(), "spec", "--bundle", bundle.toString()));
    Path file = bundle.resolve("config.json");
    try {
      ObjectNode config = (ObjectNode) StrictJson.tree(Files.readAllBytes(file), 1 << 20);
      ObjectNode process = (ObjectNode) config.path("process");
      process.put("terminal", false);
      ArrayNode program = process.putArray("args");
      image.command().forEach(program::add);
      program.add(url.toString());
      ArrayNode namespaces = (ArrayNode) config.at("/linux/namespaces");
      for (int i = namespaces.size() - 1; i >= 0; i--) {
        if (namespaces.path(i).path("type").asText().equals("network")) {
          namespaces.remove(i);
        }
      }
      Files.write(file, StrictJson.encode(config));
    } catch (MalformedMessageException e) {
      throw new IOException("runc spec wrote no JSON: " + e.getMessage(), e);
    }
    return new BareContainer(host.runc(), bundle);
  }

  /** To be started; each time another. */
  List<String> runCommand() {
    started++;
    return List.of(
        runc.toString(),
        "run",
        "--bundle",
        bundle.toString(),
        "signet-bench-" + ProcessHandle.current().pid() + "-" + started);
  }
}
