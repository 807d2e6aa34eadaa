// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.fuzz;

import dev.signet.launcher.egress.RequestHeadTargets;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/**
 * Every parser of bytes that a stranger may have made. A target takes any bytes and says whether
 * they were accepted; the parser's declared refusal is the only other way out. What it throws, what
 * it allocates over its bound and what it takes too long for are findings.
 */
enum FuzzTarget {
  ATTEST(TpmTargets::attest),
  NV_ATTEST(TpmTargets::nvAttest),
  PUBLIC(TpmTargets::publicArea),
  SIGNATURE(TpmTargets::signature),
  PCR_FILE(TpmTargets::pcrFile),
  CERTIFICATE(CertificateTargets::certificate),
  PLATFORM_CERTIFICATE(CertificateTargets::platform),
  STRUCTURED_FIELDS(HttpTargets::structuredFields),
  SIGNATURE_HEADERS(HttpTargets::signatureHeaders),
  REQUEST_HEAD(RequestHeadTargets::http1),
  REQUEST_HEAD_HTTP2(RequestHeadTargets::http2),
  FIRMWARE_LOG(LogTargets::firmwareLog),
  IMA_BINARY(LogTargets::imaBinary),
  IMA_ASCII(LogTargets::imaAscii),
  LAUNCH_LOG(LogTargets::launchLog),
  LAUNCH_EVENT(LogTargets::launchEvent),
  EXCHANGE_RECORD(DocumentTargets::exchangeRecord),
  EVIDENCE(DocumentTargets::evidence),
  MESSAGES(DocumentTargets::messages),
  STATEMENT(DocumentTargets::statement),
  DSSE(DocumentTargets::dsse),
  BUNDLE(DocumentTargets::bundle),
  JWT(DocumentTargets::jwt),
  JAR(JarTargets::jar),
  OCI_INDEX(ImageTargets::index),
  OCI_MANIFEST(ImageTargets::manifest),
  OCI_CONFIG(ImageTargets::config),
  OCI_LAYER(ImageTargets::layer),
  DOCKER_ARCHIVE(ImageTargets::dockerArchive),
  CHECKPOINT(AuditTargets::checkpoint),
  ENTRY_BUNDLE(AuditTargets::entryBundle),
  CONFIG(DocumentTargets::config);

  /** Buffers of a fixed size, tables, messages. */
  private static final long BASE_BYTES = 16L << 20;

  /** Of memory for one byte of input: objects for the smallest entries that a parser knows. */
  private static final long BYTES_PER_BYTE = 1024;

  private static final com.sun.management.ThreadMXBean THREADS =
      (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();

  /** True if {@code input} was accepted. */
  interface Check {
    boolean accepts(byte[] input) throws Exception;
  }

  private final Check check;

  FuzzTarget(Check check) {
    this.check = check;
  }

  /** Runs it once. */
  boolean accepts(byte[] input) throws Exception {
    return within(check, input);
  }

  /**
   * Runs {@code check} and sees to what it allocates. Twice where it was much: the first time may
   * have loaded classes, which the fuzzer's agent rewrites in this thread.
   */
  static boolean within(Check check, byte[] input) throws Exception {
    long most = BASE_BYTES + BYTES_PER_BYTE * input.length;
    long allocated = 0;
    for (int run = 0; run < 2; run++) {
      long before = THREADS.getCurrentThreadAllocatedBytes();
      boolean accepted = check.accepts(input);
      allocated = THREADS.getCurrentThreadAllocatedBytes() - before;
      if (allocated <= most) {
        return accepted;
      }
    }
    throw new AssertionError(
        "expected at most %d bytes allocated for %d bytes of input, got %d"
            .formatted(most, input.length, allocated));
  }

  String label() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /** Where its seeds are; those named {@code refused-…} must be refused, the others accepted. */
  Path seedDirectory() {
    try {
      return Path.of(FuzzTarget.class.getResource("/seeds/" + label()).toURI());
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }

  List<Path> seeds() throws IOException {
    try (Stream<Path> files = Files.list(seedDirectory())) {
      return files.sorted().toList();
    }
  }

  /** An invariant that holds for whatever was accepted. */
  static void require(boolean holds, String what) {
    if (!holds) {
      throw new AssertionError(what);
    }
  }
}
