// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.attestor;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import tss.tpm.TPM2_GetCapability_REQUEST;
import tss.tpm.TPM_CAP;
import tss.tpm.TPM_CC;

/** TPM2_GetCapability (TPM 2.0 Library Part 3, 30.2). */
record Capabilities(Transaction transaction) {
  private static final int HANDLES = 1;
  private static final int PCRS = 5;
  private static final int PROPERTIES = 6;
  private static final int LIST = 254;

  private static final int YEAR = 0x104;
  private static final int MANUFACTURER = 0x105;
  private static final int FIRMWARE_1 = 0x10b;
  private static final int FIRMWARE_2 = 0x10c;
  private static final int PERMANENT = 0x200;
  private static final int LOCKOUT_COUNTER = 0x20e;
  private static final int MAX_AUTH_FAIL = 0x20f;

  /** Handles of one type that exist, beginning with {@code first}. */
  List<Integer> handles(int first) throws IOException {
    List<Integer> found = new ArrayList<>();
    boolean more = true;
    while (more) {
      TpmReader in = ask(HANDLES, found.isEmpty() ? first : found.getLast() + 1, 64);
      more = in.yesNo();
      in.expect(HANDLES, in.u32(), "capability");
      int count = in.count(LIST);
      for (int i = 0; i < count; i++) {
        found.add(in.i32());
      }
      in.end();
      more &= count > 0;
      if (found.size() > 1024) {
        throw new IOException("expected at most 1024 handles from the TPM");
      }
    }
    return found;
  }

  boolean exists(int handle) throws IOException {
    return handles(handle).contains(handle);
  }

  TpmProperties properties() throws IOException {
    SortedMap<Integer, Long> fixed = properties(0x100);
    SortedMap<Integer, Long> variable = properties(0x200);
    long permanent = variable.getOrDefault(PERMANENT, 0L);
    return new TpmProperties(
        fourCharacters(fixed.getOrDefault(MANUFACTURER, 0L)),
        fixed.getOrDefault(FIRMWARE_1, 0L) << 32 | fixed.getOrDefault(FIRMWARE_2, 0L),
        fixed.getOrDefault(YEAR, 0L),
        banks(),
        (permanent & 1) != 0,
        (permanent & 2) != 0,
        (permanent & 4) != 0,
        (permanent & 1 << 8) != 0,
        (permanent & 1 << 9) != 0,
        variable.getOrDefault(LOCKOUT_COUNTER, 0L),
        variable.getOrDefault(MAX_AUTH_FAIL, 0L));
  }

  private SortedMap<Integer, Long> properties(int group) throws IOException {
    SortedMap<Integer, Long> found = new TreeMap<>();
    TpmReader in = ask(PROPERTIES, group, 127);
    in.yesNo();
    in.expect(PROPERTIES, in.u32(), "capability");
    int count = in.count(LIST);
    for (int i = 0; i < count; i++) {
      found.put(in.i32(), in.u32());
    }
    in.end();
    return found;
  }

  /** Banks that have at least one PCR. */
  SortedSet<String> banks() throws IOException {
    SortedSet<String> found = new TreeSet<>();
    TpmReader in = ask(PCRS, 0, 1);
    in.yesNo();
    in.expect(PCRS, in.u32(), "capability");
    int count = in.count(16);
    for (int i = 0; i < count; i++) {
      int hash = in.u16();
      byte[] selected = in.bytes(in.u8());
      boolean any = false;
      for (byte b : selected) {
        any |= b != 0;
      }
      if (any) {
        found.add(
            switch (hash) {
              case 0x04 -> "sha1";
              case 0x0b -> "sha256";
              case 0x0c -> "sha384";
              case 0x0d -> "sha512";
              default -> "0x" + Integer.toHexString(hash);
            });
      }
    }
    in.end();
    return found;
  }

  private TpmReader ask(int capability, int property, int count) throws IOException {
    var request = new TPM2_GetCapability_REQUEST(TPM_CAP.fromInt(capability), property, count);
    return transaction.run(Command.of(TPM_CC.GetCapability, request)).reader("GetCapability");
  }

  private static String fourCharacters(long value) {
    return new String(Octets.u32(value), StandardCharsets.ISO_8859_1)
        .replaceAll("[^ -~]", "")
        .strip();
  }
}
