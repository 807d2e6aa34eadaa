// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.bench.launch;

import dev.signet.bench.Directories;
import dev.signet.bench.Effort;
import dev.signet.bench.Measurement;
import dev.signet.bench.Rounds;
import dev.signet.bench.report.Result;
import dev.signet.bench.report.Row;
import dev.signet.demo.image.ImageLayout;
import dev.signet.demo.image.JavaImage;
import dev.signet.launcher.container.ContainerHost;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** From the command to the first request of an agent in a container, with and without Signet. */
public final class ContainerMeasurement implements Measurement {
  private static final List<String> MODULES = List.of("java.base", "java.net.http");

  @Override
  public String name() {
    return "container";
  }

  @Override
  public String what() {
    return "container launch to first signed request against bare runc (needs root and runc)";
  }

  @Override
  public List<Result> run(Effort effort) throws IOException, InterruptedException {
    Optional<String> missing = ContainerHost.missing();
    if (missing.isPresent()) {
      System.err.println("container is not measured here: " + missing.get());
      return List.of();
    }
    ContainerHost host = ContainerHost.find();
    Path directory = Files.createTempDirectory("signet-bench-container");
    try (ArrivalServer server = new ArrivalServer();
        EnrolledSite site = EnrolledSite.create()) {
      Path layer = JavaImage.runtimeLayer(directory, MODULES);
      ImageLayout image = JavaImage.write(directory.resolve("image"), layer, site.jar());
      BareContainer bare =
          BareContainer.unpack(host, image, directory.resolve("bundle"), server.url());
      List<String> signet = site.runCommand(image, server.url());
      List<String> jar = site.runCommand(server.url());
      List<Row> rows =
          Rounds.run(
              2 * effort.rounds(),
              List.of(
                  new Rounds.Contender(
                      "`runc run`", () -> millis(bare.runCommand(), false, server)),
                  new Rounds.Contender("`signet run --jar`", () -> millis(jar, true, server)),
                  new Rounds.Contender(
                      "`signet run --image`", () -> millis(signet, true, server))));
      return List.of(
          new Result(
              name(),
              "Container launch to first request",
              List.of("ms"),
              rows,
              List.of(),
              List.of(
                  "From the start of the command to the arrival of the agent's first request. runc"
                      + " alone starts files that were unpacked before and that nobody measured;"
                      + " Signet hashes and unpacks an image of "
                      + bytes(image) / (1 << 20)
                      + " MiB (a Java runtime and the agent's JAR) in each launch, records it in"
                      + " the TPM and attests.")));
    } finally {
      Directories.delete(directory);
    }
  }

  private static long bytes(ImageLayout image) throws IOException {
    long bytes = 0;
    for (var layer : image.layers()) {
      bytes += Files.size(image.blob(layer));
    }
    return bytes;
  }

  private static double[] millis(List<String> command, boolean signed, ArrivalServer server)
      throws IOException, InterruptedException {
    try (StartedAgent agent = StartedAgent.start(command, signed, server)) {
      return new double[] {agent.millis()};
    }
  }
}
