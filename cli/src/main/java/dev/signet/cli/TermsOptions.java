// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.cli;

import dev.signet.measurements.StatementDraft;
import dev.signet.protocol.Digest;
import dev.signet.protocol.EgressPermission;
import dev.signet.protocol.ReferenceStatement.Build;
import dev.signet.protocol.ResourceLimits;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.Option;

/** What a reference statement may say beside what every one says. */
final class TermsOptions {
  private static final Pattern SIZE = Pattern.compile("([1-9][0-9]{0,11})([kmg]?)");

  @Option(
      names = "--main-class",
      paramLabel = "CLASS",
      description = "The class to start, with --class-path. Default: the one in the manifest.")
  private String mainClass;

  @Option(
      names = "--entrypoint",
      paramLabel = "PROGRAM",
      description = "The image's program instead of its own; repeat it for its first arguments.")
  private List<String> entrypoint;

  @Option(
      names = "--user",
      paramLabel = "USER[:GROUP]",
      description = "The user of the image's process instead of its own.")
  private String user;

  @Option(
      names = "--memory",
      paramLabel = "SIZE",
      description = "Memory at most, such as 512m or 2g.")
  private String memory;

  @Option(names = "--pids", paramLabel = "N", description = "Processes and threads at most.")
  private Long pids;

  @Option(
      names = "--cpu-millis",
      paramLabel = "N",
      description = "Thousandths of a processor at most.")
  private Long cpuMillis;

  @Option(
      names = "--egress",
      paramLabel = "RULE",
      description =
          "Requests that the agent may send, such as \"GET,POST api.example.org/v1/*\"; repeat it."
              + " Without it, it may send none.")
  private List<String> egress;

  @Option(names = "--source", paramLabel = "URI", description = "Where the source is.")
  private String source;

  @Option(names = "--revision", paramLabel = "REV", description = "Which revision of it.")
  private String revision;

  @Option(names = "--builder", paramLabel = "ID", description = "What built it.")
  private String builder;

  @Option(
      names = "--sbom",
      paramLabel = "FILE",
      description = "Its bill of materials, named by digest.")
  private Path sbom;

  boolean namesMainClass() {
    return mainClass != null;
  }

  StatementDraft.Terms terms() throws IOException, CommandFailure {
    Digest materials = sbom == null ? null : digest(sbom);
    try {
      Long memoryBytes = memory == null ? null : bytes(memory);
      return new StatementDraft.Terms(
          mainClass,
          entrypoint,
          user,
          memoryBytes == null && pids == null && cpuMillis == null
              ? null
              : new ResourceLimits(memoryBytes, pids, cpuMillis),
          egress == null ? null : egress.stream().map(TermsOptions::permission).toList(),
          source == null && revision == null && builder == null && materials == null
              ? null
              : new Build(source, revision, builder, materials));
    } catch (IllegalArgumentException e) {
      throw CommandFailure.usage(e.getMessage());
    }
  }

  static long bytes(String size) {
    Matcher form = SIZE.matcher(size.toLowerCase(Locale.ROOT));
    if (!form.matches()) {
      throw new IllegalArgumentException(
          "--memory: expected a size such as 512m or 2g, got \"" + size + "\"");
    }
    int shift = 10 * ("kmg".indexOf(form.group(2)) + 1);
    return Long.parseLong(form.group(1)) << (form.group(2).isEmpty() ? 0 : shift);
  }

  private static EgressPermission permission(String rule) {
    try {
      return EgressPermission.parse(rule);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException("--egress: " + e.getMessage(), e);
    }
  }

  private static Digest digest(Path file) throws IOException {
    try (InputStream in = Files.newInputStream(file)) {
      return Digest.hash(in);
    }
  }
}
