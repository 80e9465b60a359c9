/** A name of DIMSE with its hyphen as a hyphen. */
export { Dimse } from "@/parts/dimse";
