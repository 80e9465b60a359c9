import { expect, test } from "vitest";
import { shortPlace } from "./short_place";

test("a place is the file, the part of it, or the last dialog", () => {
  const places = [
    ["acrnema.map, above all rows with *", "acrnema.map"],
    ["A terminal, on the running server, in place of row INDEX", "terminal"],
    ["DicomModalities in orthanc.json, with rights", "orthanc.json"],
    ["AETable of dcmqrscp.cfg, where its last column is not ANY", "AETable"],
    ["Configuration, AE list, New AET", "AE list"],
    ["Configuration, DICOM nodes, New…", "DICOM nodes"],
    ["Preferences, Locations, DICOM Nodes, Add new node", "DICOM Nodes"],
    ["LDAP, by ldapadd", "LDAP"],
    ["Its configuration file, started with -c FILE", "configuration file"],
    ["Settings, PACS locations", "PACS locations"],
    ["", ""],
  ] as const;
  for (const [where, short] of places) expect(shortPlace(where)).toBe(short);
});
