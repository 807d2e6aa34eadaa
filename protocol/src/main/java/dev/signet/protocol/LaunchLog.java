// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.protocol;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The launch log's form: TCG Canonical Event Log, JSON encoding, one record a line (each ends in a
 * newline). The first record states the register's value before the first event and is not
 * extended; every other record's digest is SHA-256 of the UTF-8 bytes of its {@code content.string}
 * and was extended.
 *
 * <pre>
 * {"recnum":0,"pcr":15,"digests":[],"content_type":"signet-baseline","content":{"string":"{\"value\":\"sha256:…\",\"resetCount\":3,\"restartCount\":0}"}}
 * {"recnum":1,"pcr":15,"digests":[{"hashAlg":"sha256","digest":"…"}],"content_type":"signet-launch","content":{"string":"{\"type\":\"start\",…}"}}
 * </pre>
 *
 * Where the register is an NV index, {@code "nv_index":25231376} stands for {@code "pcr":15}.
 *
 * <p>Reading says only that the form is right; whether it happened is for a quote to prove.
 *
 * @param register a PCR of 0 to 23, or an NV index's handle
 * @param baseline the register before the first event, as the launcher says
 */
public record LaunchLog(int register, Baseline baseline, List<Entry> entries) {
  public static final String BASELINE_TYPE = "signet-baseline";
  public static final String EVENT_TYPE = "signet-launch";

  /** Start value of the register and the boot it belongs to (u32 counters). */
  public record Baseline(Digest value, long resetCount, long restartCount) {
    public Baseline {
      Require.present(value, "value");
      Require.u32(resetCount, "resetCount");
      Require.u32(restartCount, "restartCount");
    }
  }

  /**
   * One extended event.
   *
   * @param digest what was extended: SHA-256 of {@code measured}
   * @param measured the bytes that were measured
   */
  public record Entry(Digest digest, Bytes measured, LaunchEvent event) {}

  public LaunchLog {
    entries = List.copyOf(entries);
  }

  private record Record(
      long recnum,
      @JsonInclude(JsonInclude.Include.NON_NULL) Integer pcr,
      @JsonInclude(JsonInclude.Include.NON_NULL) Integer nv_index,
      List<RecordDigest> digests,
      String content_type,
      Content content) {
    static Record of(
        long recnum, int register, List<RecordDigest> digests, String type, String content) {
      boolean nv = NvRegister.isHandle(register);
      return new Record(
          recnum, nv ? null : register, nv ? register : null, digests, type, new Content(content));
    }

    int register() throws MalformedMessageException {
      if ((pcr == null) == (nv_index == null)
          || (pcr != null && (pcr < 0 || pcr > 23))
          || (nv_index != null && !NvRegister.isHandle(nv_index))) {
        throw new MalformedMessageException(
            "launch log: expected either a PCR of 0 to 23 or the handle of an owner's NV index in"
                + " record "
                + recnum);
      }
      return pcr != null ? pcr : nv_index;
    }
  }

  private record RecordDigest(String hashAlg, String digest) {}

  private record Content(String string) {}

  /** How people call a register: {@code PCR 15}, {@code NV 0x01815101}. */
  public static String name(int register) {
    return NvRegister.isHandle(register) ? "NV 0x%08x".formatted(register) : "PCR " + register;
  }

  /** The line of the baseline record, with its newline. */
  public static byte[] baselineLine(int register, Baseline baseline) {
    String text = new String(StrictJson.encode(baseline), StandardCharsets.UTF_8);
    return line(Record.of(0, register, List.of(), BASELINE_TYPE, text));
  }

  /**
   * The line of an event record, with its newline.
   *
   * @param recnum 1 or more
   * @param measured the event as it was measured
   */
  public static byte[] eventLine(long recnum, int register, byte[] measured) {
    String text = new String(measured, StandardCharsets.UTF_8);
    if (!Arrays.equals(text.getBytes(StandardCharsets.UTF_8), measured)) {
      throw new IllegalArgumentException("expected an event in UTF-8");
    }
    Digest digest = Digest.hash(measured);
    return line(
        Record.of(
            recnum,
            register,
            List.of(new RecordDigest("sha256", digest.toHex())),
            EVENT_TYPE,
            text));
  }

  /** Parses a whole log. */
  public static LaunchLog parse(byte[] log) throws MalformedMessageException {
    if (log.length > Limits.LAUNCH_LOG_BYTES) {
      throw new MalformedMessageException(
          "launch log: expected at most " + Limits.LAUNCH_LOG_BYTES + " bytes, got " + log.length);
    }
    if (log.length == 0 || log[log.length - 1] != '\n') {
      throw new MalformedMessageException("launch log: expected lines that end in a newline");
    }
    Baseline baseline = null;
    int register = -1;
    List<Entry> entries = new ArrayList<>();
    long recnum = 0;
    for (int from = 0; from < log.length; recnum++) {
      int to = from;
      while (log[to] != '\n') {
        to++;
      }
      if (recnum >= Limits.LAUNCH_LOG_RECORDS) {
        throw new MalformedMessageException(
            "launch log: expected at most " + Limits.LAUNCH_LOG_RECORDS + " records");
      }
      Record record = record(Arrays.copyOfRange(log, from, to), recnum);
      if (recnum == 0) {
        register = record.register();
        baseline = baseline(record);
      } else {
        entries.add(entry(record, register));
      }
      from = to + 1;
    }
    return new LaunchLog(register, baseline, entries);
  }

  private static Record record(byte[] line, long recnum) throws MalformedMessageException {
    Record record = StrictJson.decode(line, Record.class, Limits.LAUNCH_RECORD_BYTES);
    if (record.recnum() != recnum) {
      throw new MalformedMessageException(
          "launch log: expected record " + recnum + ", got " + record.recnum());
    }
    if (record.digests() == null
        || record.digests().contains(null)
        || record.content() == null
        || record.content().string() == null
        || record.content_type() == null) {
      throw new MalformedMessageException("launch log: record " + recnum + " lacks a member");
    }
    return record;
  }

  private static Baseline baseline(Record record) throws MalformedMessageException {
    if (!record.content_type().equals(BASELINE_TYPE) || !record.digests().isEmpty()) {
      throw new MalformedMessageException("launch log: expected record 0 to be the baseline");
    }
    byte[] content = record.content().string().getBytes(StandardCharsets.UTF_8);
    return StrictJson.decode(content, Baseline.class, Limits.LAUNCH_RECORD_BYTES);
  }

  private static Entry entry(Record record, int register) throws MalformedMessageException {
    String where = "launch log: record " + record.recnum();
    if (!record.content_type().equals(EVENT_TYPE) || record.register() != register) {
      throw new MalformedMessageException(
          where + ": expected an event of the register of record 0");
    }
    if (record.digests().size() != 1 || !"sha256".equals(record.digests().get(0).hashAlg())) {
      throw new MalformedMessageException(where + ": expected exactly one sha256 digest");
    }
    if (!StandardCharsets.UTF_8.newEncoder().canEncode(record.content().string())) {
      throw new MalformedMessageException(where + ": the content is not Unicode text");
    }
    byte[] measured = record.content().string().getBytes(StandardCharsets.UTF_8);
    Digest digest;
    try {
      digest = Digest.parseHex(record.digests().get(0).digest());
    } catch (IllegalArgumentException | NullPointerException e) {
      throw new MalformedMessageException(where + ": expected a sha256 digest in hex", e);
    }
    if (!Digest.hash(measured).equals(digest)) {
      throw new MalformedMessageException(where + ": the digest is not that of the content");
    }
    LaunchEvent event = StrictJson.decode(measured, LaunchEvent.class, Limits.LAUNCH_RECORD_BYTES);
    return new Entry(digest, Bytes.of(measured), event);
  }

  private static byte[] line(Record record) {
    byte[] json = StrictJson.encode(record);
    if (json.length > Limits.LAUNCH_RECORD_BYTES) {
      throw new IllegalArgumentException(
          "a launch record has at most "
              + Limits.LAUNCH_RECORD_BYTES
              + " bytes; this one has "
              + json.length
              + " (fewer or shorter arguments?)");
    }
    ByteArrayOutputStream out = new ByteArrayOutputStream(json.length + 1);
    out.writeBytes(json);
    out.write('\n');
    return out.toByteArray();
  }
}
