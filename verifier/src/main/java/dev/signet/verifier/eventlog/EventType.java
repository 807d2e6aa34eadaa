// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.verifier.eventlog;

import java.util.Map;

/**
 * Event types (PFP 10.4.1). No digest covers them: they are names for people, and tell how to read
 * data that a digest proves.
 */
public final class EventType {
  /** Not extended; informs whoever replays. */
  static final long NO_ACTION = 0x3;

  static final long SEPARATOR = 0x4;
  static final long EVENT_TAG = 0x6;
  static final long CRTM_VERSION = 0x8;
  static final long IPL = 0xD;
  static final long VARIABLE_DRIVER_CONFIG = 0x8000_0001L;
  static final long VARIABLE_BOOT = 0x8000_0002L;
  static final long BOOT_SERVICES_APPLICATION = 0x8000_0003L;
  static final long BOOT_SERVICES_DRIVER = 0x8000_0004L;
  static final long RUNTIME_SERVICES_DRIVER = 0x8000_0005L;
  static final long EFI_ACTION = 0x8000_0007L;
  static final long HCRTM = 0x8000_0010L;
  static final long VARIABLE_AUTHORITY = 0x8000_00E0L;

  private static final Map<Long, String> NAMES =
      Map.ofEntries(
          Map.entry(0x0L, "EV_PREBOOT_CERT"),
          Map.entry(0x1L, "EV_POST_CODE"),
          Map.entry(0x2L, "EV_UNUSED"),
          Map.entry(NO_ACTION, "EV_NO_ACTION"),
          Map.entry(SEPARATOR, "EV_SEPARATOR"),
          Map.entry(0x5L, "EV_ACTION"),
          Map.entry(EVENT_TAG, "EV_EVENT_TAG"),
          Map.entry(0x7L, "EV_S_CRTM_CONTENTS"),
          Map.entry(CRTM_VERSION, "EV_S_CRTM_VERSION"),
          Map.entry(0x9L, "EV_CPU_MICROCODE"),
          Map.entry(0xAL, "EV_PLATFORM_CONFIG_FLAGS"),
          Map.entry(0xBL, "EV_TABLE_OF_DEVICES"),
          Map.entry(0xCL, "EV_COMPACT_HASH"),
          Map.entry(IPL, "EV_IPL"),
          Map.entry(0xEL, "EV_IPL_PARTITION_DATA"),
          Map.entry(0xFL, "EV_NONHOST_CODE"),
          Map.entry(0x10L, "EV_NONHOST_CONFIG"),
          Map.entry(0x11L, "EV_NONHOST_INFO"),
          Map.entry(0x12L, "EV_OMIT_BOOT_DEVICE_EVENTS"),
          Map.entry(0x13L, "EV_POST_CODE2"),
          Map.entry(VARIABLE_DRIVER_CONFIG, "EV_EFI_VARIABLE_DRIVER_CONFIG"),
          Map.entry(VARIABLE_BOOT, "EV_EFI_VARIABLE_BOOT"),
          Map.entry(BOOT_SERVICES_APPLICATION, "EV_EFI_BOOT_SERVICES_APPLICATION"),
          Map.entry(BOOT_SERVICES_DRIVER, "EV_EFI_BOOT_SERVICES_DRIVER"),
          Map.entry(RUNTIME_SERVICES_DRIVER, "EV_EFI_RUNTIME_SERVICES_DRIVER"),
          Map.entry(0x8000_0006L, "EV_EFI_GPT_EVENT"),
          Map.entry(EFI_ACTION, "EV_EFI_ACTION"),
          Map.entry(0x8000_0008L, "EV_EFI_PLATFORM_FIRMWARE_BLOB"),
          Map.entry(0x8000_0009L, "EV_EFI_HANDOFF_TABLES"),
          Map.entry(0x8000_000AL, "EV_EFI_PLATFORM_FIRMWARE_BLOB2"),
          Map.entry(0x8000_000BL, "EV_EFI_HANDOFF_TABLES2"),
          Map.entry(0x8000_000CL, "EV_EFI_VARIABLE_BOOT2"),
          Map.entry(0x8000_000DL, "EV_EFI_GPT_EVENT2"),
          Map.entry(HCRTM, "EV_EFI_HCRTM_EVENT"),
          Map.entry(VARIABLE_AUTHORITY, "EV_EFI_VARIABLE_AUTHORITY"),
          Map.entry(0x8000_00E1L, "EV_EFI_SPDM_FIRMWARE_BLOB"),
          Map.entry(0x8000_00E2L, "EV_EFI_SPDM_FIRMWARE_CONFIG"),
          Map.entry(0x8000_00E3L, "EV_EFI_SPDM_DEVICE_POLICY"),
          Map.entry(0x8000_00E4L, "EV_EFI_SPDM_DEVICE_AUTHORITY"));

  private EventType() {}

  /** The name in the specification, or the number. */
  public static String name(long type) {
    return NAMES.getOrDefault(type, "0x%08x".formatted(type));
  }
}
