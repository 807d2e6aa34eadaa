// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.verifier.eventlog;

import dev.signet.protocol.Bytes;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.UUID;

/**
 * UEFI_VARIABLE_DATA (PFP 10.2.6): a variable as it was measured.
 *
 * @param vendor its namespace
 * @param name without a final NUL
 * @param data its contents; empty if it did not exist
 */
public record UefiVariable(UUID vendor, String name, Bytes data) {
  /** EFI_GLOBAL_VARIABLE (UEFI 2.10, 3.3): SecureBoot, PK, KEK. */
  public static final UUID GLOBAL = UUID.fromString("8be4df61-93ca-11d2-aa0d-00e098032b8c");

  /** EFI_IMAGE_SECURITY_DATABASE_GUID (UEFI 2.10, 32.4.1): db, dbx. */
  public static final UUID IMAGE_SECURITY = UUID.fromString("d719b2cb-3d3a-4596-a3bc-dad00e67656f");

  /** Empty if {@code data} is not exactly one such structure. */
  public static Optional<UefiVariable> read(Bytes data) {
    LogReader reader = new LogReader(data.toArray(), "UEFI_VARIABLE_DATA");
    try {
      UUID vendor = guid(reader.exactly(16, "VariableName"));
      long characters = reader.u64("UnicodeNameLength");
      long size = reader.u64("VariableDataLength");
      if (characters < 0 || characters > data.size()) {
        return Optional.empty();
      }
      byte[] name = reader.exactly(2 * characters, "UnicodeName").toArray();
      Bytes contents = reader.exactly(size, "VariableData");
      reader.end();
      return Optional.of(
          new UefiVariable(vendor, new String(name, StandardCharsets.UTF_16LE), contents));
    } catch (MalformedEventLogException e) {
      return Optional.empty();
    }
  }

  /** EFI_GUID: three little-endian numbers, then eight bytes. */
  private static UUID guid(Bytes bytes) {
    ByteBuffer in = ByteBuffer.wrap(bytes.toArray()).order(ByteOrder.LITTLE_ENDIAN);
    long first = in.getInt() & 0xFFFF_FFFFL;
    long most = first << 32 | (in.getShort() & 0xFFFFL) << 16 | (in.getShort() & 0xFFFFL);
    return new UUID(most, in.order(ByteOrder.BIG_ENDIAN).getLong());
  }
}
