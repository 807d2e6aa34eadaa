/**
 * The side with the TPM: transports, sessions, EK, AK, sealing, quotes and the launch register (RFC
 * 9334: Attester). TSS.Java marshals commands here and does nothing else; see RATIONALE.md.
 */
package dev.signet.attestor;
