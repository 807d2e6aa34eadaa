/**
 * swtpm as a TPM 2.0 for tests and the demo: it is manufactured with an EK certificate by a maker's
 * CA of our own, started in milliseconds, rebooted, cut from power, copied.
 *
 * <p>{@link dev.signet.tpmsim.SoftwareTpm} is less: keys in memory that speak as a TPM does, for
 * tests of a verifier.
 *
 * <p>A simulated TPM protects nothing from whoever runs it. It is there so that everything above it
 * can be tried without a chip.
 */
package dev.signet.tpmsim;
