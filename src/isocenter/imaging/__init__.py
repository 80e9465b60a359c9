"""Frames located, decoded, encoded; data sets transcoded. `transcode.transcode` is the port `model.ports.Transcoder`."""
