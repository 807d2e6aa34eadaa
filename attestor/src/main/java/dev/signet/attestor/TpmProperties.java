// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.attestor;

import java.util.SortedSet;

/**
 * What a TPM says of itself. Unauthenticated: for people and for `doctor`, never for decisions that
 * a verifier makes.
 *
 * @param manufacturer four characters of the TCG vendor registry, for example {@code IFX}, {@code
 *     IBM}
 * @param firmwareVersion TPM_PT_FIRMWARE_VERSION_1 and _2 as one u64
 * @param specificationYear TPM_PT_YEAR: when the specification that it follows came out
 * @param pcrBanks active banks by TCG name, for example {@code sha256}
 * @param ownerAuthSet whether the owner hierarchy has an authorization value
 * @param endorsementAuthSet the same for the endorsement hierarchy
 * @param lockoutAuthSet the same for the lockout hierarchy
 * @param clearDisabled whether TPM2_Clear with the lockout authorization is switched off
 * @param inLockout whether dictionary-attack protection is refusing authorizations now
 * @param lockoutCounter failed authorizations that count
 * @param maxAuthFail how many may fail before lockout
 */
public record TpmProperties(
    String manufacturer,
    long firmwareVersion,
    long specificationYear,
    SortedSet<String> pcrBanks,
    boolean ownerAuthSet,
    boolean endorsementAuthSet,
    boolean lockoutAuthSet,
    boolean clearDisabled,
    boolean inLockout,
    long lockoutCounter,
    long maxAuthFail) {}
