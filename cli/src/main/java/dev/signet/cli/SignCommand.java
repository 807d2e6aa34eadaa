// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.cli;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.signet.measurements.DsseEnvelope;
import dev.signet.measurements.KeyFiles;
import dev.signet.measurements.KeyFormatException;
import dev.signet.measurements.SigningKey;
import dev.signet.measurements.StatementPayload;
import dev.signet.measurements.keyless.KeylessSigner;
import dev.signet.measurements.sigstore.SignerIdentity;
import dev.signet.protocol.Digest;
import dev.signet.protocol.Limits;
import dev.signet.protocol.MalformedMessageException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Set;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
    name = "sign",
    description = {
      "Signs a reference statement, byte for byte as it is in the file, and prints it: with a key,"
          + " in a DSSE envelope; keyless, in a Sigstore bundle.",
      "Keyless: the CI job's own identity is the signer, and a transparency log remembers it. The"
          + " job's token is taken from --identity-token, from SIGSTORE_ID_TOKEN (GitLab) or from"
          + " GitHub Actions."
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  signet sign --key ci.pem statement.json --out statement.dsse",
      "  signet measure … | signet sign --key ci.pem - > statement.dsse",
      "  signet sign --keyless --signing-config signing_config.json \\",
      "      --trusted-root trusted_root.json statement.json --out statement.sigstore.json"
    })
final class SignCommand implements SignetCommand {
  private static final Set<PosixFilePermission> OTHERS =
      PosixFilePermissions.fromString("---rwxrwx");

  private final Invocation invocation;

  @ArgGroup(exclusive = true, multiplicity = "1")
  private Means means;

  /** How to sign. */
  static final class Means {
    @Option(
        names = "--key",
        paramLabel = "FILE",
        description = "The private key, P-256 in PEM (PKCS#8, not encrypted).")
    private Path keyFile;

    @ArgGroup(exclusive = false)
    private KeylessOptions keyless;
  }

  @Parameters(paramLabel = "STATEMENT", description = "The statement, or - for standard input.")
  private Path statement;

  @Option(
      names = "--out",
      paramLabel = "FILE",
      description = "Write the envelope or bundle to a file.")
  private Path out;

  @Option(names = "--force", description = "Let --out replace a file.")
  private boolean force;

  @Option(
      names = "--json",
      description = "With --out, print one JSON object; envelope and bundle are JSON in any case.")
  private boolean json;

  SignCommand(Invocation invocation) {
    this.invocation = invocation;
  }

  @JsonInclude(JsonInclude.Include.NON_NULL)
  private record Result(
      String outcome,
      String envelope,
      String bundle,
      Digest payloadDigest,
      String signer,
      SignerIdentity identity) {}

  @Override
  public ExitCode run() throws IOException, CommandFailure {
    byte[] payload = InputFile.read(statement, Limits.STATEMENT_BYTES, invocation);
    return means.keyless == null ? withKey(payload) : keyless(payload);
  }

  private ExitCode withKey(byte[] payload) throws IOException, CommandFailure {
    SigningKey key = key();
    DsseEnvelope envelope;
    try {
      envelope = key.sign(payload, invocation.random().get());
    } catch (MalformedMessageException e) {
      throw notAStatement(e);
    } catch (IllegalArgumentException e) {
      throw CommandFailure.usage(means.keyFile + ": " + e.getMessage());
    }
    String signer = key.publicKey().thumbprint();
    Digest digest = Digest.hash(payload);
    return write(
        envelope.encode(),
        new Result(ExitCode.GOOD.outcome(), named(out), null, digest, signer, null),
        List.of("signer    " + signer, "envelope  " + out));
  }

  private ExitCode keyless(byte[] payload) throws IOException, CommandFailure {
    try {
      StatementPayload.parse(payload);
    } catch (MalformedMessageException e) {
      throw notAStatement(e);
    }
    KeylessSigner.Signed signed = means.keyless.sign(payload, invocation);
    SignerIdentity signer = signed.signer();
    return write(
        signed.bundle(),
        new Result(
            ExitCode.GOOD.outcome(), null, named(out), Digest.hash(payload), signer.name(), signer),
        List.of(
            "identity  " + signer.identity(), "issuer    " + signer.issuer(), "bundle    " + out));
  }

  private CommandFailure notAStatement(MalformedMessageException e) {
    return CommandFailure.usage(
        statement + ": expected a reference statement (signet measure): " + e.getMessage());
  }

  private static String named(Path file) {
    return file == null ? null : file.toString();
  }

  private ExitCode write(byte[] signed, Result result, List<String> told)
      throws IOException, CommandFailure {
    ByteArrayOutputStream line = new ByteArrayOutputStream();
    line.writeBytes(signed);
    line.write('\n');
    if (out == null) {
      invocation.write(line.toByteArray());
      return ExitCode.GOOD;
    }
    OutputFile.write(out, line.toByteArray(), force, invocation.random().get());
    if (json) {
      invocation.print(result);
    } else {
      invocation.say("signed    " + statement + "  " + result.payloadDigest());
      told.forEach(invocation::say);
    }
    return ExitCode.GOOD;
  }

  private SigningKey key() throws IOException, CommandFailure {
    SigningKey key;
    try {
      key = KeyFiles.readPrivate(means.keyFile);
    } catch (KeyFormatException e) {
      throw CommandFailure.usage(means.keyFile + ": " + e.getMessage());
    }
    Set<PosixFilePermission> permissions = Files.getPosixFilePermissions(means.keyFile);
    if (permissions.stream().anyMatch(OTHERS::contains)) {
      invocation.note(
          "warning: others on this machine can open "
              + means.keyFile
              + " ("
              + PosixFilePermissions.toString(permissions)
              + "); chmod 600 it");
    }
    return key;
  }
}
