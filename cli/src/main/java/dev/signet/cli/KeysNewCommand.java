// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.cli;

import dev.signet.measurements.KeyFiles;
import dev.signet.measurements.SigningKey;
import java.io.IOException;
import java.nio.file.Path;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
    name = "new",
    description = {
      "Makes a P-256 key pair: NAME.pem, which only its owner can read, and NAME.pub.pem, which"
          + " verifiers pin. Nothing is overwritten."
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  signet keys new --out ci",
      "  signet keys new --out /etc/signet/ci --json",
      "",
      "Keys that OpenSSL made work too:",
      "  openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out ci.pem",
      "  openssl pkey -in ci.pem -pubout -out ci.pub.pem"
    })
final class KeysNewCommand implements SignetCommand {
  private final Invocation invocation;

  @Option(
      names = "--out",
      required = true,
      paramLabel = "NAME",
      description = "Where to write, without the .pem.")
  private Path out;

  @Option(names = "--json", description = "Print one JSON object.")
  private boolean json;

  KeysNewCommand(Invocation invocation) {
    this.invocation = invocation;
  }

  private record Result(String outcome, String privateKey, String publicKey, String thumbprint) {}

  @Override
  public ExitCode run() throws IOException, CommandFailure {
    if (out.getFileName() == null || out.getFileName().toString().isEmpty()) {
      throw CommandFailure.usage("--out: expected a name such as ci, got \"" + out + "\"");
    }
    Path privateFile = out.resolveSibling(out.getFileName() + ".pem");
    Path publicFile = out.resolveSibling(out.getFileName() + ".pub.pem");
    SigningKey key = SigningKey.generate(invocation.random().get());
    KeyFiles.create(key, privateFile, publicFile);
    String thumbprint = key.publicKey().thumbprint();
    if (json) {
      invocation.print(
          new Result(
              ExitCode.GOOD.outcome(), privateFile.toString(), publicFile.toString(), thumbprint));
    } else {
      invocation.say(
          "private key  "
              + privateFile
              + "  (keep it secret; a key that signs builds: in CI's secrets)");
      invocation.say("public key   " + publicFile + "  (verifiers pin it)");
      invocation.say("thumbprint   " + thumbprint);
    }
    return ExitCode.GOOD;
  }
}
