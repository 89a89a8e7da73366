// Every limit on what a peer can make grow, with its unit and reason. Nothing else in the project invents one.
#pragma once
#include <chrono>
#include <cstddef>
#include <cstdint>

namespace lotse::wire {

using namespace std::chrono_literals;

inline constexpr std::uint8_t kVersion = 1;

// One frame between a program and its relay.
inline constexpr std::size_t kMaxFrame = 1u << 20;            // bytes: the largest message of a WebSocket
inline constexpr std::size_t kMaxPayload = 256u << 10;        // bytes of sealed payload in one packet
inline constexpr std::size_t kMaxHandshakeBody = 128u << 10;  // bytes: KEY with a full roster is the largest
inline constexpr std::size_t kMaxSlotsAsked = 4096;           // slots in one request for missing pictures

// The link over UDP (docs/protocol/link.md).
inline constexpr std::size_t kMaxDatagram =
    1200;  // bytes of UDP payload: fits every path of the Internet (RFC 9000, 14)
/// Bytes beyond the last byte without a gap that a receiver takes, by class: what one link may make it hold.
inline constexpr std::size_t kClassWindows[] = {1u << 20, 64u << 10, 256u << 10, 512u << 10, 2u << 20, 2u << 20};
inline constexpr std::size_t kHeldByClient = 8u << 20;   // bytes of parts that wait for what is before them
inline constexpr std::size_t kHeldByRelay = 256u << 20;  // the same for all links of a relay
inline constexpr auto kPathSilence = 3s;                 // without an answer: three probes of a second
inline constexpr auto kPathKeepalive = 10s;              // NATs forget a UDP flow after 30 s (RFC 4787) and earlier
inline constexpr std::size_t kMaxUdpPorts = 8;           // that a relay may name
inline constexpr auto kUdpAskGap = 2s;                   // between requests for a UDP path, of one connection
inline constexpr auto kUdpTrialTime = 15s;               // an id for trying the ports is good
inline constexpr std::size_t kUdpTrials = 4096;          // such ids at a time, of one relay
inline constexpr int kUdpTrialAnswers = 64;              // to one of them: eight ports, a few tries each

// Ways between two members without the relay (docs/protocol/direct.md).
inline constexpr std::size_t kMaxCandidates = 8;       // of one member: what it can make another one send to
inline constexpr std::uint16_t kLeastPeerPort = 1024;  // below are services that nobody is to be made to send to
inline constexpr std::size_t kMaxDirectViewers = 4;    // of one presenter; for more the relay is there
inline constexpr auto kDirectSilence = 2s;             // without an answer: back to the relay
inline constexpr auto kBothWays = 500ms;               // pictures come from the relay, too, after a change

// Sessions and members.
inline constexpr std::size_t kMaxMembers = 1000;         // members of one session
inline constexpr std::size_t kMaxName = 64;              // bytes of UTF-8
inline constexpr std::size_t kMaxChat = 16u << 10;       // bytes of UTF-8 in one line
inline constexpr std::size_t kMaxGroup = 100;            // members of a conversation of several, the sender included
inline constexpr std::size_t kTalkLines = 1000;          // of its own that a member can say again
inline constexpr std::size_t kTalkBytes = 4u << 20;      // the same
inline constexpr std::size_t kTalkAnswer = 256u << 10;   // bytes of them at a time, to who asks
inline constexpr std::size_t kTalkEarly = 4u << 20;      // bytes of others' lines that wait for those before them
inline constexpr std::size_t kMaxReason = 256;           // bytes of UTF-8
inline constexpr std::size_t kMaxTyped = 4u << 10;       // bytes of UTF-8 in one typed text
inline constexpr std::size_t kMaxUnconfirmedJoins = 32;  // handshakes that a master holds before CONFIRM
inline constexpr std::size_t kMaxJoinsPerSecond = 10;    // that a master takes
inline constexpr int kMaxWrongCodes = 5;                 // after that the code alone admits nobody
inline constexpr auto kCodeLife = 60min;
inline constexpr auto kJoinEpochGap = 10s;  // joins inside share one epoch
inline constexpr auto kLeaveEpochGap = 2s;
inline constexpr auto kLeaveEpochDelay = 200ms;  // leaves within it share one epoch
inline constexpr auto kEpochLife = 1h;
inline constexpr auto kOldEpochKept = 5s;
inline constexpr auto kUnknownEpochKept = 1s;  // a packet that came before its EPOCH
inline constexpr std::size_t kUnknownEpochBytes = 2u << 20;
inline constexpr auto kMemberAway = 10min;  // pairwise keys of a member whose link is gone
inline constexpr auto kConfirmTime = 60s;   // from OFFER to CONFIRM

// Masters.
inline constexpr std::uint8_t kMaxDeputies = 3;
inline constexpr std::size_t kMaxHeirs = 32;  // changes of the master that are remembered, in a session
inline constexpr auto kTakeOverAfter = 60s;   // without a PONG; the relay: without the master's connection
inline constexpr auto kTakeOverStep = 10s;    // that each deputy leaves to those before it

// Files from member to member (docs/protocol/files.md).
inline constexpr std::size_t kFileChunk = 32u << 10;     // bytes: what urgent frames wait for on a slow link, 13 ms
inline constexpr std::size_t kMaxFileName = 255;         // bytes of UTF-8
inline constexpr std::size_t kMaxFileSize = 1ull << 44;  // bytes
inline constexpr std::size_t kFileWindow = 4u << 20;     // bytes under way of one file, at most
inline constexpr std::size_t kFileWrites = 8u << 20;     // bytes of one that came and are not written yet
inline constexpr std::size_t kMaxFilesFrom = 32;         // unfinished ones of one member
inline constexpr std::size_t kMaxFiles = 256;            // unfinished ones, both ways
inline constexpr auto kFileLeft = 60s;                   // who has left may come back as another member
inline constexpr auto kFileStall = 10s;                  // nothing taken: asks where the other one is
inline constexpr std::size_t kReceiverFiles = 2u << 20;  // bytes of files that wait at the relay for one receiver

// Pictures.
inline constexpr std::uint32_t kMaxSlots = 65536;          // of one screen: 16384 x 16384 pixels
inline constexpr std::size_t kMaxRuns = 255;               // of a delta's targets, and of its sources
inline constexpr std::size_t kMaxRun = 256;                // slots in one of them
inline constexpr std::uint8_t kMaxScreens = 16;            // of one presenter
inline constexpr std::uint32_t kStateChannels = 40;        // conflated values beside the picture of a screen
inline constexpr int kMaxCursorSide = 256;                 // pixels
inline constexpr std::uint32_t kMaxFilms = 4;              // of one screen at a time
inline constexpr std::uint8_t kFilmLayers = 3;             // temporal ones
inline constexpr int kLeastFilmSide = 16;                  // pixels
inline constexpr int kMostFilmPixels = 4096 * 2304;        // what a decoder is made for: 60 MB of its memory
inline constexpr std::size_t kMostFilmBytes = 200u << 10;  // of one frame: its packet has to hold it
inline constexpr std::size_t kBatchPackets = 50;  // that one SIGN proves: 64 bytes of signature for 800 of hashes
inline constexpr std::size_t kMaxSign = kBatchPackets * 16 + 64 + 16;  // bytes of payload: hashes, signature, tag
inline constexpr auto kProofTime = 1500ms;                // from a key to its SIGN, on a link that is not slow
inline constexpr std::size_t kProofsKept = 8192;          // hashes of packets proven before they came
inline constexpr std::size_t kProofsAwaited = 4096;       // packets that wait for their SIGN, beside those shown
inline constexpr auto kManifestGap = 1s;                  // between manifests of a presenter
inline constexpr auto kManifestSpan = 5s;                 // that a manifest looks back
inline constexpr std::size_t kManifestRuns = 512;         // of changed slots that a manifest names: 3.5 KiB
inline constexpr std::size_t kDecodeBacklog = 32u << 20;  // bytes of slots waiting for a decoder

// Marks on a screen (docs/protocol/marks.md).
inline constexpr std::uint32_t kArrowsChannel = 4, kFreshStrokesChannel = 5, kFirstStrokesChannel = 8;  // of STATE
inline constexpr std::uint32_t kStrokePages = kStateChannels - kFirstStrokesChannel;
inline constexpr std::size_t kStrokePage = 8u << 10;         // bytes of strokes in one of them
inline constexpr std::size_t kStrokePageFilled = 2u << 10;   // the next one is begun as long as there is one
inline constexpr std::size_t kMaxStrokes = 2000;             // on a screen
inline constexpr std::size_t kMaxStrokePoints = 1024;        // of one; it does not grow any more
inline constexpr std::size_t kFreshStrokePoints = 4096;      // of all that are being drawn
inline constexpr std::size_t kMaxStrokeText = 256;           // bytes of UTF-8
inline constexpr std::size_t kMaxArrows = 256;               // on a screen
inline constexpr std::size_t kArrowsMoving = 8;              // at once, where the moderator does not say otherwise
inline constexpr auto kArrowRests = 1s;                      // not moved for so long: another one may
inline constexpr auto kArrowGap = 100ms, kStrokeGap = 50ms;  // between two states of them
inline constexpr auto kStrokeFresh = 1s;                     // not touched for so long: it is moved to a page
inline constexpr auto kStrokeFades = 5s;                     // of the tool that does

// What a helper asks of a person (docs/protocol/support.md).
inline constexpr std::size_t kMaxSystemText = 256;       // bytes of UTF-8 of one fact of a computer
inline constexpr std::size_t kMaxSystemEntries = 64;     // monitors, addresses, disks, folders
inline constexpr std::size_t kSupportAsksPerMinute = 5;  // of one member, before it is refused without asking
inline constexpr auto kInputLockLife = 5min;             // then the person's own keyboard and mouse work again

// The relay.
inline constexpr auto kNumberKept = 10min;    // while the master is away
inline constexpr auto kNumberReleased = 30s;  // after the end
inline constexpr std::size_t kMaxSessions = 10000;
inline constexpr std::size_t kMaxSessionsPerAddress = 100;
inline constexpr std::size_t kMaxLinks = 20000;  // connections of one relay: file descriptors
inline constexpr std::size_t kMaxLinksPerAddress = 2000;
inline constexpr std::size_t kMaxJoinsPerMinute = 120;  // per address
inline constexpr std::size_t kMaxJoinsPerMinuteSession = 300;
inline constexpr std::size_t kMaxPendingLinks = 256;       // of one session, not admitted yet
inline constexpr std::size_t kReceiverBacklog = 8u << 20;  // bytes of messages waiting for one receiver
inline constexpr std::size_t kPictureWindow =
    128u << 10;  // bytes in a receiver's socket queue above which pictures conflate
inline constexpr std::size_t kDeltaWindow = 192u << 10;    // the same for deltas: a few of them cost less than anew
inline constexpr std::size_t kSessionCache = 64u << 20;    // bytes of sealed pictures kept for one session
inline constexpr std::size_t kRelayCache = 1u << 30;       // the same for all of them
inline constexpr std::size_t kSessionBacklog = 64u << 20;  // bytes waiting for all receivers of one session
inline constexpr std::size_t kRelayBacklog = 1u << 30;     // the same for all sessions
inline constexpr std::size_t kPendingFrame = 32u << 10;    // bytes of one frame of a link not admitted
inline constexpr std::size_t kMaxHttpHeader = 8u << 10;    // bytes of a request to the web server
inline constexpr auto kOpeningTime = 10s;                  // each: TCP to TLS, request, OPEN or ATTACH
inline constexpr std::size_t kSignAfter = 16u << 10;  // bytes of slots to a slow receiver before the SIGN of the first
inline constexpr std::size_t kSignsOwed = 128;        // batches of which one receiver has keys and no SIGN yet
inline constexpr auto kKeyRequestGap = 250ms;         // between requests of the relay to one source
inline constexpr std::size_t kPendingHandshakeBytes = 32u << 10;  // that a link may send before it is admitted
inline constexpr auto kAdmissionTime = 15min;                     // from ATTACH to admission, lobby included
inline constexpr std::size_t kMaxOpeningPerAddress = 256;         // links that said neither OPEN nor ATTACH yet
inline constexpr std::size_t kMaxElsewhere = 64;                  // sources that a receiver gets elsewhere
inline constexpr std::size_t kMaxBans = 256;                      // addresses that one session keeps out
inline constexpr std::size_t kMaxHostToken = 128;                 // bytes of text
inline constexpr std::size_t kMaxTokenChecks = 64;                // waiting to be hashed, a second or two of work,
inline constexpr std::size_t kMaxTokenChecksEach = 4;             // and of those with the same id
inline constexpr auto kRevocationGap = 10s;                       // at most, until a revoked token's sessions end

}  // namespace lotse::wire
