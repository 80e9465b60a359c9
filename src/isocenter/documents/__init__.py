"""Documents about images: measurements, key objects, reports, segmentations and structure sets, read and written as DICOM JSON."""
