// SDP has types of the same names; where both are imported these are used.
import MediaControl

typealias ResumedSection = MediaSection
typealias ResumedKind = MediaKind
