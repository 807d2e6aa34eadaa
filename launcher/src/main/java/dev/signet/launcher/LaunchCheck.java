// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.launcher;

import dev.signet.launcher.container.ContainerImage;
import dev.signet.measurements.StatementVerification;
import dev.signet.measurements.StatementVerifier;
import dev.signet.measurements.VerifiedStatement;
import dev.signet.protocol.Digest;
import dev.signet.protocol.LaunchEvent;
import dev.signet.protocol.Limits;
import dev.signet.protocol.ReferenceStatement;
import dev.signet.protocol.Refusal;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;

/**
 * The launcher's own check of what it is about to start against the reference statement. The
 * verifier checks the same again from the launch event; this one saves a person the round trip and
 * keeps a tampered JAR from ever being measured as a launch.
 */
final class LaunchCheck {
  private LaunchCheck() {}

  /** What came of it. */
  sealed interface Result {
    /**
     * @param envelope the DSSE envelope as read
     */
    record Passed(
        byte[] envelope, VerifiedStatement statement, List<LaunchEvent.Artifact> artifacts)
        implements Result {
      /** The image that the statement names. */
      Digest manifest() {
        return artifacts.stream()
            .filter(a -> a.role().equals(ReferenceStatement.ROLE_IMAGE_MANIFEST))
            .findAny()
            .orElseThrow()
            .digest();
      }
    }

    /** With a reason's name. */
    record Failed(String reason, String detail) implements Result {}
  }

  /** Of an image, before it is unpacked: the statement says which image that will be. */
  static Result image(LaunchRequest request, Program.Image image, Instant now) throws IOException {
    return switch (statement(request, now)) {
      case Result.Failed failed -> failed;
      case Result.Passed passed -> ofImage(request, image, passed);
    };
  }

  /** Of an unpacked image: it is the one that {@link #image} passed. */
  static Result unpacked(ContainerImage image, Result.Passed passed) {
    for (LaunchEvent.Artifact expected : passed.artifacts()) {
      Digest got =
          expected.role().equals(ReferenceStatement.ROLE_IMAGE_MANIFEST)
              ? image.manifest()
              : image.config();
      if (!got.equals(expected.digest())) {
        return mismatch(expected.role(), expected.digest(), got);
      }
    }
    return passed;
  }

  static Result statement(LaunchRequest request, Instant now) throws IOException {
    byte[] envelope = read(request.statement());
    return switch (StatementVerifier.verify(envelope, request.signers(), now)) {
      case StatementVerification.Refused(Refusal reason, String detail) ->
          new Result.Failed(reason.name(), request.statement() + ": " + detail);
      case StatementVerification.Verified(VerifiedStatement verified) ->
          new Result.Passed(envelope, verified, List.of());
    };
  }

  private static Result ofImage(
      LaunchRequest request, Program.Image image, Result.Passed statement) {
    ReferenceStatement.Predicate predicate = statement.statement().statement().predicate();
    if (predicate.artifacts().stream()
        .noneMatch(a -> a.role().equals(ReferenceStatement.ROLE_IMAGE_MANIFEST))) {
      return new Result.Failed(
          Refusal.MEASUREMENT_MISMATCH.name(),
          "the statement names no image; start what it names with --jar");
    }
    List<LaunchEvent.Artifact> artifacts = new ArrayList<>();
    for (ReferenceStatement.Artifact expected : predicate.artifacts()) {
      boolean manifest = expected.role().equals(ReferenceStatement.ROLE_IMAGE_MANIFEST);
      if (!manifest && !expected.role().equals(ReferenceStatement.ROLE_IMAGE_CONFIG)) {
        return new Result.Failed(
            Refusal.MEASUREMENT_MISMATCH.name(),
            "the statement names an artifact of role "
                + expected.role()
                + ", which an image's launch does not have; start a JAR with --jar");
      }
      if (manifest && image.manifest().filter(d -> !d.equals(expected.digest())).isPresent()) {
        return new Result.Failed(
            Refusal.MEASUREMENT_MISMATCH.name(),
            expected.role()
                + ": the statement names "
                + expected.digest()
                + ", asked for was "
                + image.manifest().get()
                + "; start the image that CI signed, or give that image's statement");
      }
      artifacts.add(new LaunchEvent.Artifact(expected.role(), expected.digest()));
    }
    return parameters(
        request,
        predicate,
        new Result.Passed(statement.envelope(), statement.statement(), artifacts));
  }

  static Result.Failed mismatch(String role, Digest expected, Digest got) {
    return new Result.Failed(
        Refusal.MEASUREMENT_MISMATCH.name(),
        role
            + ": the statement names "
            + expected
            + ", measured "
            + got
            + ". This is not the build that CI signed");
  }

  static Result parameters(
      LaunchRequest request, ReferenceStatement.Predicate predicate, Result passed) {
    List<String> arguments = predicate.launch().arguments();
    // An image's launch takes them from the statement.
    boolean left = request.program() instanceof Program.Image && request.arguments().isEmpty();
    if (arguments != null && !left && !arguments.equals(request.arguments())) {
      return new Result.Failed(
          Refusal.MEASUREMENT_MISMATCH.name(),
          "the statement allows the arguments "
              + arguments
              + ", given were "
              + request.arguments());
    }
    List<String> unmeasured =
        request.jvmOptions().stream()
            .filter(option -> option.startsWith("-D") || option.startsWith("-e"))
            .toList();
    if (arguments != null && !unmeasured.isEmpty()) {
      // Programs read properties as they read arguments.
      return new Result.Failed(
          Refusal.MEASUREMENT_MISMATCH.name(),
          "the statement fixes the arguments, so properties and assertions are not given besides: "
              + unmeasured
              + "; have CI sign them as arguments, or a statement that allows any");
    }
    TreeSet<String> extra = new TreeSet<>(request.environment().keySet());
    extra.removeAll(predicate.launch().environment());
    if (!extra.isEmpty()) {
      return new Result.Failed(
          Refusal.MEASUREMENT_MISMATCH.name(),
          "the statement does not allow the variables "
              + extra
              + "; it allows "
              + predicate.launch().environment());
    }
    return passed;
  }

  private static byte[] read(Path statement) throws IOException {
    if (Files.isDirectory(statement)) {
      throw new IOException(statement + ": expected a reference statement, got a directory");
    }
    try (InputStream in = Files.newInputStream(statement)) {
      byte[] bytes = in.readNBytes(Limits.STATEMENT_BYTES + 1);
      if (bytes.length > Limits.STATEMENT_BYTES) {
        throw new IOException(
            statement + ": expected at most " + Limits.STATEMENT_BYTES + " bytes");
      }
      return bytes;
    }
  }
}
