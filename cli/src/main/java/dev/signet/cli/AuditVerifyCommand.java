// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.cli;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.signet.cli.AuditLogCheck.Flaw;
import dev.signet.cli.AuditLogCheck.Result.Broken;
import dev.signet.cli.AuditLogCheck.Result.Whole;
import dev.signet.protocol.Limits;
import dev.signet.protocol.MalformedMessageException;
import dev.signet.protocol.PublicJwk;
import dev.signet.protocol.StrictJson;
import dev.signet.protocol.tlog.Checkpoint;
import dev.signet.protocol.tlog.SignedCheckpoint;
import dev.signet.protocol.tlog.TilePath;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
    name = "verify",
    description = {
      "Reads the whole audit log and checks that it is what the verifier's checkpoint is signed"
          + " over, and that it begins with what it was when --keep FILE was written (operators with"
          + " the role audit).",
      "Run it now and then on another machine than the verifier's: only somebody else's memory shows"
          + " that a log was cut off or written anew."
    },
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:the log has every decision that it had, unchanged",
      "2:decisions were cut off, changed, taken out or written anew; the kept file stays as it is",
      "69:the verifier cannot be reached, or finds its own log changed"
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  signet audit verify --audit-key audit-key.jwk.json --keep checkpoint --begin",
      "  signet audit verify --audit-key audit-key.jwk.json --keep checkpoint"
    })
final class AuditVerifyCommand implements SignetCommand {
  private final Invocation invocation;
  @Mixin private OperatorOptions operator;

  @Option(
      names = "--audit-key",
      required = true,
      paramLabel = "FILE",
      description =
          "The key that signs checkpoints: audit-key.jwk.json of the verifier's data. May be"
              + " repeated, where the key was replaced since --keep FILE was written.")
  private List<Path> keyFiles;

  @Option(
      names = "--keep",
      paramLabel = "FILE",
      description = "The newest checkpoint that was good; compared with, then replaced.")
  private Path keep;

  @Option(
      names = "--begin",
      description =
          "There is no --keep FILE yet: make it. Without this a file that is gone is told.")
  private boolean begin;

  @Option(
      names = "--only-new",
      description = "Read only what was decided since --keep FILE was written; the rest by hashes.")
  private boolean onlyNew;

  AuditVerifyCommand(Invocation invocation) {
    this.invocation = invocation;
  }

  @JsonInclude(JsonInclude.Include.NON_NULL)
  private record Report(
      String outcome,
      int exit,
      List<Finding> findings,
      String log,
      Long decisions,
      String root,
      Long checked,
      Long removed,
      Long keptDecisions) {}

  @Override
  public ExitCode run() throws CommandFailure, IOException {
    if ((onlyNew || begin) && keep == null) {
      throw CommandFailure.usage("--only-new, --begin: expected --keep FILE with them");
    }
    List<PublicJwk> keys = keys();
    Optional<SignedCheckpoint> kept = kept();
    AuditLogCheck.Result result;
    try (OperatorOptions.Session session = operator.open(invocation)) {
      AuditLogCheck.Source source = source(session);
      result = AuditLogCheck.check(source, keys, kept, onlyNew);
      if (result instanceof Broken broken && broken.flaw() == Flaw.AUDIT_LOG_ENTRY_MISSING) {
        // The verifier may have removed old decisions while they were read: it says so at the end.
        result = AuditLogCheck.check(source, keys, kept, onlyNew);
      }
    } catch (MalformedMessageException e) {
      throw CommandFailure.unavailable("the verifier's audit log: " + e.getMessage(), e);
    }
    return switch (result) {
      case Broken(Flaw flaw, String detail) -> broken(flaw, detail);
      case Whole whole -> whole(whole, kept.map(SignedCheckpoint::checkpoint));
    };
  }

  private static AuditLogCheck.Source source(OperatorOptions.Session session) {
    return new AuditLogCheck.Source() {
      @Override
      public byte[] checkpoint() throws IOException, CommandFailure {
        return session.send("GET", "/v1/audit/checkpoint", null);
      }

      @Override
      public byte[] tile(TilePath path) throws IOException, CommandFailure {
        return session.send("GET", "/v1/audit/tile/" + path, null);
      }
    };
  }

  private List<PublicJwk> keys() throws CommandFailure, IOException {
    List<PublicJwk> keys = new ArrayList<>();
    for (Path file : keyFiles) {
      try {
        byte[] json = InputFile.read(file, Limits.SMALL_MESSAGE_BYTES);
        keys.add(StrictJson.decode(json, PublicJwk.class, Limits.SMALL_MESSAGE_BYTES));
      } catch (MalformedMessageException e) {
        throw CommandFailure.usage(
            "--audit-key: expected a public key as JWK in " + file + ": " + e.getMessage());
      }
    }
    return keys;
  }

  private Optional<SignedCheckpoint> kept() throws CommandFailure, IOException {
    if (keep == null) {
      return Optional.empty();
    }
    if (begin && Files.exists(keep, LinkOption.NOFOLLOW_LINKS)) {
      throw CommandFailure.usage("--begin: expected no file yet at " + keep);
    }
    if (begin) {
      return Optional.empty();
    }
    if (!Files.exists(keep)) {
      // A lost memory must not pass for a first time: nothing would be compared.
      throw CommandFailure.usage(
          "--keep: "
              + keep
              + " is not there. Where you begin, say --begin; otherwise find out who took it away");
    }
    try {
      return Optional.of(SignedCheckpoint.parse(InputFile.read(keep, SignedCheckpoint.MAX_BYTES)));
    } catch (MalformedMessageException e) {
      throw CommandFailure.usage(
          "--keep: " + keep + " is not what this command wrote: " + e.getMessage());
    }
  }

  private ExitCode broken(Flaw flaw, String detail) {
    ExitCode code = ExitCode.NOT_AUTHENTIC;
    if (operator.json()) {
      Finding finding = new Finding(flaw.name(), detail);
      invocation.print(
          new Report(
              code.outcome(), code.code(), List.of(finding), null, null, null, null, null, null));
    } else {
      invocation.note("not authentic: " + flaw + ": " + detail);
    }
    return code;
  }

  private ExitCode whole(Whole whole, Optional<Checkpoint> kept)
      throws CommandFailure, IOException {
    Checkpoint now = whole.newest().checkpoint();
    if (keep != null) {
      OutputFile.write(keep, whole.newest().note().toArray(), true, invocation.random().get());
    }
    if (operator.json()) {
      invocation.print(
          new Report(
              ExitCode.GOOD.outcome(),
              ExitCode.GOOD.code(),
              List.of(),
              now.origin(),
              now.size(),
              now.root().toHex(),
              whole.checked(),
              whole.removed(),
              kept.map(Checkpoint::size).orElse(null)));
      return ExitCode.GOOD;
    }
    invocation.say("log        " + now.origin());
    invocation.say(
        "decisions  %d, of which %d were read and compared, and %d removed by their age"
            .formatted(now.size(), whole.checked(), whole.removed()));
    if (kept.isPresent()) {
      invocation.say(
          "kept       begins with the %d decisions of the kept checkpoint"
              .formatted(kept.get().size()));
    } else {
      invocation.say(
          keep == null
              ? "kept       nothing to compare with: say --keep FILE to remember this checkpoint"
              : "kept       from now on %s remembers this checkpoint".formatted(keep));
    }
    invocation.say("good       the log is what its checkpoint is signed over");
    return ExitCode.GOOD;
  }
}
