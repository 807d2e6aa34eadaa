/**
 * The firmware event log (TCG PC Client Platform Firmware Profile, "PFP", 1.06, section 10):
 * strict, bounded, without a TPM. What an event says of itself is believed only as far as digests
 * that replay to a quote prove it.
 */
package dev.signet.verifier.eventlog;
