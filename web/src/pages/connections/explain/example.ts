/** Some lines of an evening with three products, for whoever wants to see first what becomes of a log. */
export const EXAMPLE = `I1123 19:02:11.020113 CommandDispatcher.cpp:374] Association Received from AET CT_ROOM2 on IP 10.0.0.7
W1123 19:02:11.022871 main.cpp:443] DICOM authorization rejected for AET CT_ROOM2 on IP 10.0.0.7: This AET is not listed in configuration option "DicomModalities"
E1123 19:02:11.022990 CommandDispatcher.cpp:951] Rejected Find request from remote DICOM modality with AET "CT_ROOM2" and hostname "10.0.0.7"
W1123 19:04:40.518220 main.cpp:443] DICOM authorization rejected for AET CT_ROOM2 on IP 10.0.0.7: This AET is not listed in configuration option "DicomModalities"
W1123 19:06:02.710412 main.cpp:443] DICOM authorization rejected for AET US_ROOM4 on IP 10.0.0.9: This AET is not listed in configuration option "DicomModalities"
E1123 19:09:55.200018 CommandDispatcher.cpp:360] Receiving Association failed: 0006:0321 Unrecognized PDU type: 47
[CONQUESTSRV1] UPACS THREAD 118: STARTED AT: Mon Nov 23 19:12:03 2026
[CONQUESTSRV1] Connected by address: 0c00000a
[CONQUESTSRV1] Calling Application Title : "VIEWER1         "
[CONQUESTSRV1] (StudyRootQuery) search level: STUDY
[CONQUESTSRV1] C-Move Destination: "VIEWER2         "
[CONQUESTSRV1] ***Retrieve: move destination not allowed or known: VIEWER2
[CONQUESTSRV1] UPACS THREAD 118: ENDED AT: Mon Nov 23 19:12:04 2026
20261123 19:15:00 ***No valid presentation contexts/transfer syntax found in 0 candidates
20261123 19:15:00 ***In 0 presentation contexts
[CONQUESTSRV1] *** multiplex: connection terminated
F: Association Rejected:
F: Result: Rejected Permanent, Source: Service User
F: Reason: Called AE Title Not Recognized
`;
