"""DICOMweb (PS3.18) as bytes and words: paths, media types, multipart, search parameters, answers, errors. No sockets."""
