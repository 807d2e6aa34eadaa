/**
 * The log of Linux's Integrity Measurement Architecture: strict parsers of what the kernel exports,
 * replay on PCR 10, and what a policy says to the files that were measured. Pure.
 */
package dev.signet.verifier.ima;
