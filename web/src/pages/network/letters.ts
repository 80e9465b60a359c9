/** Two titles letter by letter. */
export { isNear, type Letter, letters } from "@/parts/letters";
