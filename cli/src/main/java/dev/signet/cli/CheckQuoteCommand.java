// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.cli;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.signet.protocol.Bytes;
import dev.signet.protocol.Limits;
import dev.signet.verifier.tpm.ClockInfo;
import dev.signet.verifier.tpm.HashAlgorithm;
import dev.signet.verifier.tpm.SignatureScheme;
import dev.signet.verifier.verification.ForeignQuote;
import dev.signet.verifier.verification.ForeignQuoteVerifier;
import dev.signet.verifier.verification.QuoteFlaw;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
    name = "quote",
    description = {
      "Checks a TPM quote that another program made, such as tpm2_quote: signature, nonce, and that"
          + " the PCR values are those that were signed.",
      "One bank of SHA-2, one quote; what else is refused, docs/refusals.md says. Which TPM the key"
          + " is in is not for a quote to prove."
    },
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:signed by the key over the nonce, and the values are those quoted",
      "1:signed by the key, but over another nonce or not over one bank of SHA-2",
      "2:not authentic, or not well-formed"
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  tpm2_quote -c ak.ctx -l sha256:0,1,2,3,4,5,6,7 -q $NONCE -m q.msg -s q.sig -o q.pcrs",
      "  signet check quote --ak ak.tpm2b --message q.msg --signature q.sig --nonce $NONCE --pcrs q.pcrs"
    })
final class CheckQuoteCommand implements SignetCommand {
  private final Invocation invocation;

  @Option(
      names = "--ak",
      required = true,
      paramLabel = "FILE",
      description =
          "The key that must have signed: TPM2B_PUBLIC, which also tells that it is restricted, or"
              + " PEM, which does not.")
  private Path key;

  @Option(
      names = "--message",
      required = true,
      paramLabel = "FILE",
      description = "TPMS_ATTEST, what was signed (tpm2_quote -m).")
  private Path message;

  @Option(
      names = "--signature",
      required = true,
      paramLabel = "FILE",
      description = "TPMT_SIGNATURE, or plain (tpm2_quote -s, also with -f plain).")
  private Path signature;

  @Option(
      names = "--nonce",
      required = true,
      paramLabel = "HEX",
      description = "What the quote must bind, 16 to 64 bytes (tpm2_quote -q).")
  private String nonce;

  @Option(
      names = "--pcrs",
      required = true,
      paramLabel = "FILE",
      description = "The values (tpm2_quote -o).")
  private Path pcrs;

  @Option(
      names = "--pcrs-format",
      paramLabel = "FORM",
      defaultValue = "serialized",
      description = "serialized, or values for bare values (tpm2_quote -F). Default: serialized.")
  private String pcrsFormat;

  @Option(
      names = "--scheme",
      paramLabel = "SCHEME",
      defaultValue = "rsassa",
      description =
          "rsassa or rsapss, for a plain signature by an RSA key in PEM. Default: rsassa.")
  private String scheme;

  @Option(
      names = "--hash",
      paramLabel = "HASH",
      defaultValue = "sha256",
      description =
          "sha256, sha384 or sha512, for a plain signature by a key in PEM. Default: sha256.")
  private String hash;

  @Option(names = "--json", description = "Print one JSON object.")
  private boolean json;

  CheckQuoteCommand(Invocation invocation) {
    this.invocation = invocation;
  }

  @JsonInclude(JsonInclude.Include.NON_NULL)
  private record Result(
      String outcome,
      int exit,
      List<Finding> findings,
      String key,
      String algorithm,
      Map<String, SortedMap<String, String>> pcrs,
      ClockInfo clock,
      String firmwareVersion,
      String qualifiedSigner,
      List<String> notes) {}

  @Override
  public ExitCode run() throws IOException, CommandFailure {
    ForeignQuoteVerifier.Expected expected;
    try {
      expected =
          new ForeignQuoteVerifier.Expected(
              Bytes.fromHex(nonce),
              one("--pcrs-format", pcrsFormat, List.of("serialized", "values")) == 1,
              List.of(SignatureScheme.RSASSA, SignatureScheme.RSAPSS)
                  .get(one("--scheme", scheme, List.of("rsassa", "rsapss"))),
              HashAlgorithm.values()[one("--hash", hash, List.of("sha256", "sha384", "sha512"))]);
    } catch (IllegalArgumentException e) {
      throw CommandFailure.usage("--nonce: " + e.getMessage());
    }
    ForeignQuoteVerifier.Files files =
        new ForeignQuoteVerifier.Files(
            InputFile.read(key, Limits.CERTIFICATE_BYTES),
            InputFile.read(message, Limits.TPM_STRUCTURE_BYTES),
            InputFile.read(signature, Limits.TPM_STRUCTURE_BYTES),
            InputFile.read(pcrs, Limits.PCR_FILE_BYTES));
    return switch (ForeignQuoteVerifier.verify(files, expected)) {
      case ForeignQuoteVerifier.Result.Refused(QuoteFlaw flaw, String detail) ->
          refused(flaw, detail);
      case ForeignQuoteVerifier.Result.Verified(ForeignQuote quote) -> good(quote);
    };
  }

  private static int one(String option, String given, List<String> known) throws CommandFailure {
    int index = known.indexOf(given);
    if (index < 0) {
      throw CommandFailure.usage(
          "%s: expected one of %s, got \"%s\"".formatted(option, known, given));
    }
    return index;
  }

  private ExitCode refused(QuoteFlaw flaw, String detail) {
    ExitCode code = flaw.isAuthentic() ? ExitCode.REFUSED : ExitCode.NOT_AUTHENTIC;
    if (json) {
      invocation.print(
          new Result(
              code.outcome(),
              code.code(),
              List.of(new Finding(flaw.name(), detail)),
              null,
              null,
              null,
              null,
              null,
              null,
              null));
    } else {
      String verdict = flaw.isAuthentic() ? "refused" : "not authentic";
      invocation.note(verdict + ": " + flaw + ": " + detail);
    }
    return code;
  }

  private ExitCode good(ForeignQuote quote) {
    SortedMap<String, String> values = new TreeMap<>(Comparator.comparingInt(Integer::parseInt));
    quote.pcrs().forEach((pcr, value) -> values.put(Integer.toString(pcr), value.toHex()));
    String firmware = "%016x".formatted(quote.firmwareVersion());
    List<String> notes = notes(quote);
    if (json) {
      invocation.print(
          new Result(
              ExitCode.GOOD.outcome(),
              ExitCode.GOOD.code(),
              List.of(),
              quote.key().toString(),
              quote.algorithm(),
              Map.of(quote.bank().bank(), values),
              quote.clockInfo(),
              firmware,
              quote.qualifiedSigner().toHex(),
              notes));
      return ExitCode.GOOD;
    }
    invocation.say("key        " + quote.key() + ", " + quote.algorithm());
    values.forEach(
        (pcr, value) ->
            invocation.say("pcr        %s:%-2s %s".formatted(quote.bank().bank(), pcr, value)));
    ClockInfo clock = quote.clockInfo();
    invocation.say(
        "clock      %d ms, reset %d, restart %d%s"
            .formatted(
                clock.clock(),
                clock.resetCount(),
                clock.restartCount(),
                clock.safe() ? "" : ", not safe"));
    invocation.say("firmware   " + firmware);
    notes.forEach(note -> invocation.say("note       " + note));
    invocation.say("good       signed by this key over this nonce; the values are those quoted");
    return ExitCode.GOOD;
  }

  /** What is true of a good quote and easily forgotten. */
  private static List<String> notes(ForeignQuote quote) {
    List<String> notes = new ArrayList<>();
    if (!quote.key().isKnownRestricted()) {
      notes.add(
          "not checked: that the key signs only what a TPM made; PEM does not tell, give"
              + " TPM2B_PUBLIC");
    }
    notes.add("not checked: which TPM the key is in; enrolment proves that");
    if (quote.pcrs().containsKey(16) || quote.pcrs().containsKey(23)) {
      notes.add("PCR 16 and 23 can be reset by anybody who can open the TPM");
    }
    return List.copyOf(notes);
  }
}
