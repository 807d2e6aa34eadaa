// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.cli;

import dev.signet.measurements.DsseEnvelope;
import dev.signet.measurements.KeyFiles;
import dev.signet.measurements.KeyFormatException;
import dev.signet.measurements.SigningKey;
import dev.signet.protocol.Digest;
import dev.signet.protocol.Limits;
import dev.signet.protocol.MalformedMessageException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
    name = "sign",
    description = {
      "Signs a reference statement, byte for byte as it is in the file, and prints it in a DSSE"
          + " envelope.",
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  signet sign --key ci.pem statement.json --out statement.dsse",
      "  signet measure … | signet sign --key ci.pem - > statement.dsse"
    })
final class SignCommand implements SignetCommand {
  private static final Set<PosixFilePermission> OTHERS =
      PosixFilePermissions.fromString("---rwxrwx");

  private final Invocation invocation;

  @Option(
      names = "--key",
      required = true,
      paramLabel = "FILE",
      description = "The private key, P-256 in PEM (PKCS#8, not encrypted).")
  private Path keyFile;

  @Parameters(paramLabel = "STATEMENT", description = "The statement, or - for standard input.")
  private Path statement;

  @Option(names = "--out", paramLabel = "FILE", description = "Write the envelope to a file.")
  private Path out;

  @Option(names = "--force", description = "Let --out replace a file.")
  private boolean force;

  @Option(
      names = "--json",
      description = "With --out, print one JSON object; the envelope is JSON in any case.")
  private boolean json;

  SignCommand(Invocation invocation) {
    this.invocation = invocation;
  }

  private record Result(String outcome, String envelope, Digest payloadDigest, String signer) {}

  @Override
  public ExitCode run() throws IOException, CommandFailure {
    byte[] payload = InputFile.read(statement, Limits.STATEMENT_BYTES, invocation);
    SigningKey key = key();
    DsseEnvelope envelope;
    try {
      envelope = key.sign(payload, invocation.random().get());
    } catch (MalformedMessageException e) {
      throw CommandFailure.usage(
          statement + ": expected a reference statement (signet measure): " + e.getMessage());
    } catch (IllegalArgumentException e) {
      throw CommandFailure.usage(keyFile + ": " + e.getMessage());
    }
    ByteArrayOutputStream line = new ByteArrayOutputStream();
    line.writeBytes(envelope.encode());
    line.write('\n');
    if (out == null) {
      invocation.write(line.toByteArray());
      return ExitCode.GOOD;
    }
    OutputFile.write(out, line.toByteArray(), force, invocation.random().get());
    Digest digest = Digest.hash(payload);
    String signer = key.publicKey().thumbprint();
    if (json) {
      invocation.print(new Result(ExitCode.GOOD.outcome(), out.toString(), digest, signer));
    } else {
      invocation.say("signed    " + statement + "  " + digest);
      invocation.say("signer    " + signer);
      invocation.say("envelope  " + out);
    }
    return ExitCode.GOOD;
  }

  private SigningKey key() throws IOException, CommandFailure {
    SigningKey key;
    try {
      key = KeyFiles.readPrivate(keyFile);
    } catch (KeyFormatException e) {
      throw CommandFailure.usage(keyFile + ": " + e.getMessage());
    }
    Set<PosixFilePermission> permissions = Files.getPosixFilePermissions(keyFile);
    if (permissions.stream().anyMatch(OTHERS::contains)) {
      invocation.note(
          "warning: others on this machine can open "
              + keyFile
              + " ("
              + PosixFilePermissions.toString(permissions)
              + "); chmod 600 it");
    }
    return key;
  }
}
