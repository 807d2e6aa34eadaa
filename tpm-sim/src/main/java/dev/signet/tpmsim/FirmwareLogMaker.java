// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.tpmsim;

import dev.signet.protocol.Bytes;
import dev.signet.protocol.Digest;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.UUID;

/**
 * Writes a firmware event log as firmware, shim and GRUB do (TCG PC Client Platform Firmware
 * Profile, 10.2.2), and tells what a TPM's SHA-256 bank would hold after it. For simulated machines
 * and tests.
 */
public final class FirmwareLogMaker {
  /** Event types, PFP 10.4.1. */
  public static final int NO_ACTION = 0x3;

  public static final int SEPARATOR = 0x4;
  public static final int CRTM_VERSION = 0x8;
  public static final int IPL = 0xD;
  public static final int VARIABLE_DRIVER_CONFIG = 0x8000_0001;
  public static final int BOOT_SERVICES_APPLICATION = 0x8000_0003;
  public static final int EFI_ACTION = 0x8000_0007;
  public static final int FIRMWARE_BLOB = 0x8000_0008;
  public static final int HCRTM = 0x8000_0010;
  public static final int VARIABLE_AUTHORITY = 0x8000_00E0;

  public static final UUID GLOBAL = UUID.fromString("8be4df61-93ca-11d2-aa0d-00e098032b8c");
  public static final UUID IMAGE_SECURITY = UUID.fromString("d719b2cb-3d3a-4596-a3bc-dad00e67656f");

  private static final Map<String, Integer> ALGORITHMS =
      Map.of("SHA-1", 0x4, "SHA-256", 0xB, "SHA-384", 0xC, "SHA-512", 0xD);

  private final List<String> banks;
  private final ByteArrayOutputStream log = new ByteArrayOutputStream();
  private final List<Extend> extended = new ArrayList<>();
  private int startupLocality;

  /** One TPM2_PCR_Extend of the SHA-256 bank. */
  public record Extend(int pcr, Digest digest) {}

  /**
   * @param banks Java's names of their digests, in the order of the log
   */
  public FirmwareLogMaker(List<String> banks) {
    this.banks = List.copyOf(banks);
    byte[] header = header();
    raw(u32(0), u32(NO_ACTION), new byte[20], u32(header.length), header);
  }

  /** Of a machine with the SHA-256 bank only. */
  public FirmwareLogMaker() {
    this(List.of("SHA-256"));
  }

  private byte[] header() {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.writeBytes("Spec ID Event03\0".getBytes(StandardCharsets.US_ASCII));
    out.writeBytes(u32(0));
    out.writeBytes(new byte[] {0, 2, 0, 2});
    out.writeBytes(u32(banks.size()));
    for (String bank : banks) {
      out.writeBytes(u16(ALGORITHMS.get(bank)));
      out.writeBytes(u16(digest(bank).getDigestLength()));
    }
    out.write(0); // no vendor information
    return out.toByteArray();
  }

  /** An event whose digests are over {@code hashed}, which need not be what the log shows. */
  public FirmwareLogMaker event(int pcr, int type, byte[] hashed, byte[] data) {
    Map<String, byte[]> digests = new LinkedHashMap<>();
    banks.forEach(bank -> digests.put(bank, digest(bank).digest(hashed)));
    return event(pcr, type, digests, data);
  }

  /** An event with these digests, by Java's names. */
  public FirmwareLogMaker event(int pcr, int type, Map<String, byte[]> digests, byte[] data) {
    raw(u32(pcr), u32(type), u32(digests.size()));
    digests.forEach((bank, digest) -> raw(u16(ALGORITHMS.get(bank)), digest));
    raw(u32(data.length), data);
    byte[] sha256 = digests.get("SHA-256");
    if (type != NO_ACTION && sha256 != null) {
      extended.add(new Extend(pcr, Digest.ofDigest(sha256)));
    }
    return this;
  }

  /** Bytes of any kind, put in as they are. */
  public FirmwareLogMaker raw(byte[]... parts) {
    for (byte[] part : parts) {
      log.writeBytes(part);
    }
    return this;
  }

  /** TPM2_Startup from another locality than 0 (PFP 10.4.5.3). */
  public FirmwareLogMaker startupLocality(int locality) {
    startupLocality = locality;
    byte[] data = "StartupLocality\0?".getBytes(StandardCharsets.US_ASCII);
    data[data.length - 1] = (byte) locality;
    Map<String, byte[]> zeros = new LinkedHashMap<>();
    banks.forEach(bank -> zeros.put(bank, new byte[digest(bank).getDigestLength()]));
    return event(0, NO_ACTION, zeros, data);
  }

  /** An event whose digests are over its data. */
  public FirmwareLogMaker event(int pcr, int type, byte[] data) {
    return event(pcr, type, data, data);
  }

  public FirmwareLogMaker separator(int... pcrs) {
    for (int pcr : pcrs) {
      event(pcr, SEPARATOR, new byte[4]);
    }
    return this;
  }

  /** UEFI_VARIABLE_DATA in PCR 7. */
  public FirmwareLogMaker variable(int type, UUID vendor, String name, byte[] contents) {
    return event(7, type, variableData(vendor, name, contents));
  }

  public static byte[] variableData(UUID vendor, String name, byte[] contents) {
    byte[] wide = name.getBytes(StandardCharsets.UTF_16LE);
    return ByteBuffer.allocate(32 + wide.length + contents.length)
        .order(ByteOrder.LITTLE_ENDIAN)
        .putInt((int) (vendor.getMostSignificantBits() >>> 32))
        .putShort((short) (vendor.getMostSignificantBits() >>> 16))
        .putShort((short) vendor.getMostSignificantBits())
        .order(ByteOrder.BIG_ENDIAN)
        .putLong(vendor.getLeastSignificantBits())
        .order(ByteOrder.LITTLE_ENDIAN)
        .putLong(name.length())
        .putLong(contents.length)
        .put(wide)
        .put(contents)
        .array();
  }

  /** SecureBoot, PK, KEK, db and dbx, and the separator after them. */
  public FirmwareLogMaker secureBoot(boolean enabled, byte[] platformKey, byte[] db, byte[] dbx) {
    return variable(
            VARIABLE_DRIVER_CONFIG, GLOBAL, "SecureBoot", new byte[] {(byte) (enabled ? 1 : 0)})
        .variable(VARIABLE_DRIVER_CONFIG, GLOBAL, "PK", platformKey)
        .variable(VARIABLE_DRIVER_CONFIG, GLOBAL, "KEK", text("KEK"))
        .variable(VARIABLE_DRIVER_CONFIG, IMAGE_SECURITY, "db", db)
        .variable(VARIABLE_DRIVER_CONFIG, IMAGE_SECURITY, "dbx", dbx)
        .separator(7);
  }

  /** An image that the firmware loaded into PCR 4: the digest is of the image. */
  public FirmwareLogMaker image(String path, byte[] image) {
    byte[] wide = (path + "\0").getBytes(StandardCharsets.UTF_16LE);
    ByteBuffer data =
        ByteBuffer.allocate(40 + wide.length)
            .order(ByteOrder.LITTLE_ENDIAN)
            .putLong(0x1000)
            .putLong(image.length)
            .putLong(0)
            .putLong(8L + wide.length)
            .put((byte) 4)
            .put((byte) 4)
            .putShort((short) (4 + wide.length))
            .put(wide)
            .put(new byte[] {0x7F, (byte) 0xFF, 4, 0});
    return event(4, BOOT_SERVICES_APPLICATION, image, data.array());
  }

  /** A file that GRUB read, in PCR 9; the digest is of the file. */
  public FirmwareLogMaker file(String path, byte[] contents) {
    return event(9, IPL, contents, text(path + "\0"));
  }

  /** The kernel's command line, in PCR 8, as GRUB measures it: without what it writes before it. */
  public FirmwareLogMaker commandLine(String line) {
    return event(8, IPL, text(line), text("kernel_cmdline: " + line + "\0"));
  }

  /** The log of a whole boot by shim and GRUB, which the arguments vary. */
  public static FirmwareLogMaker boot(boolean secureBoot, String kernel, String commandLine) {
    return new FirmwareLogMaker()
        .event(0, CRTM_VERSION, "1.0\0".getBytes(StandardCharsets.UTF_16LE))
        .event(0, FIRMWARE_BLOB, text("firmware volume"), new byte[16])
        .secureBoot(secureBoot, text("PK"), text("db"), text("dbx"))
        .event(4, EFI_ACTION, text("Calling EFI Application from Boot Option"))
        .separator(0, 1, 2, 3, 4, 5, 6)
        .variable(VARIABLE_AUTHORITY, IMAGE_SECURITY, "db", text("the key of shim's signature"))
        .image("\\EFI\\debian\\shimx64.efi", text("shim"))
        .event(14, IPL, text("MokList of nobody"), text("MokList\0"))
        .image("\\EFI\\debian\\grubx64.efi", text("grub"))
        .file("(hd0,gpt1)/boot/grub/grub.cfg", text("menu"))
        .file("/vmlinuz", text(kernel))
        .commandLine(commandLine)
        .file("/initrd.img", text("initrd"));
  }

  public byte[] toBytes() {
    return log.toByteArray();
  }

  public Bytes log() {
    return Bytes.of(toBytes());
  }

  /** What the machine did to its SHA-256 bank, in order. */
  public List<Extend> extended() {
    return List.copyOf(extended);
  }

  /** What the SHA-256 bank holds afterwards, of the PCRs that were extended. */
  public SortedMap<Integer, Digest> pcrs() {
    SortedMap<Integer, Digest> values = new TreeMap<>();
    for (Extend extend : extended) {
      byte[] start = new byte[Digest.BYTES];
      start[Digest.BYTES - 1] = (byte) (extend.pcr() == 0 ? startupLocality : 0);
      Digest before = values.getOrDefault(extend.pcr(), Digest.ofDigest(start));
      values.put(extend.pcr(), Digest.hash(before.toArray(), extend.digest().toArray()));
    }
    return values;
  }

  public static byte[] text(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  public static byte[] u32(int value) {
    return ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN).putInt(value).array();
  }

  public static byte[] u16(int value) {
    return ByteBuffer.allocate(2).order(ByteOrder.LITTLE_ENDIAN).putShort((short) value).array();
  }

  private static MessageDigest digest(String algorithm) {
    try {
      return MessageDigest.getInstance(algorithm);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("this Java platform lacks " + algorithm, e);
    }
  }
}
