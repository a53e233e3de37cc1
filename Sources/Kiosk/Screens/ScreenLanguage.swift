/// One language of the screens: its texts and how they are set. A new language is one more value here and in `all`.
public struct ScreenLanguage: Equatable, Sendable {
    /// BCP 47, "en", "zh-Hans".
    public let tag: String
    /// A letter whose height is what "large enough to read" is measured by: a capital, or a whole ideograph.
    public let measure: String
    public let texts: ScreenTexts

    /// All languages there are texts for.
    public static let all: [ScreenLanguage] = [.english, .chinese]

    /// The language for a tag from the configuration: the whole tag, or its first part ("zh" for "zh-CN").
    public static func matching(_ tag: String) -> ScreenLanguage? {
        func first(_ tag: String) -> Substring { tag.lowercased().prefix { $0 != "-" && $0 != "_" } }
        return all.first { $0.tag.lowercased() == tag.lowercased() } ?? all.first { first($0.tag) == first(tag) }
    }

    public static let english = ScreenLanguage(
        tag: "en", measure: "H",
        texts: ScreenTexts(
            idle: "Press the button to talk to a clinician",
            cameraWillTurnOn: "The camera will turn on in {seconds}",
            callWillStart: "The call will start in {seconds}",
            pressToAnswer: "Press the button to answer",
            ringingOut: "Calling… someone will answer soon",
            connecting: "Connecting you now",
            reconnecting: "The connection is weak, please wait",
            offline: "No connection to the clinic",
            fault: "This kiosk cannot call now",
            endedWith: "The call with {name} has ended",
            ended: "The call has ended",
            notAnswered: "Nobody answered. Press the button to try again",
            busy: "All clinicians are in a call. Please try again soon",
            refusedHere: "You refused the call",
            refusedThere: "Nobody can talk now. Please try again soon",
            cancelledHere: "You cancelled the call",
            cancelledThere: "The caller has hung up",
            failed: "The connection was lost. Press the button to call again",
            incomingCall: "Incoming call",
            notVerified: "Name not verified",
            someone: "A clinician",
            cameraOn: "Camera on",
            cameraOff: "Camera off",
            microphoneOff: "Microphone off",
            waitingForPicture: "Waiting for the picture",
            privateInCall: "The privacy switch is on: nobody sees or hears you",
            unseen: "No camera: the other side does not see you",
            unheard: "No microphone: the other side does not hear you",
            keepsTrying: "It keeps trying by itself",
            forStaff: "For staff",
            answerNow: "Press to answer now",
            holdToRefuse: "Hold to refuse",
            pressToCancel: "Press to cancel",
            pressToEnd: "Press to end",
            noNetwork: "No network",
            noCamera: "No camera",
            noMicrophone: "No microphone",
            noSpeaker: "No sound",
            noCalls: "No calls",
            privacyOn: "Privacy switch on"))

    public static let chinese = ScreenLanguage(
        tag: "zh-Hans", measure: "国",
        texts: ScreenTexts(
            idle: "按下按钮，|与医护人员通话",
            cameraWillTurnOn: "摄像头将在| {seconds} 秒后开启",
            callWillStart: "通话将在| {seconds} 秒后开始",
            pressToAnswer: "请按下按钮接听",
            ringingOut: "正在呼叫，|很快会有人接听",
            connecting: "正在为您接通",
            reconnecting: "信号较弱，|请稍候",
            offline: "无法连接诊所",
            fault: "本机暂时无法通话",
            endedWith: "与 {name} 的|通话已结束",
            ended: "通话已结束",
            notAnswered: "无人接听，|请按下按钮重试",
            busy: "医护人员都在通话中，|请稍后再试",
            refusedHere: "您已拒绝来电",
            refusedThere: "暂时无人能接听，|请稍后再试",
            cancelledHere: "您已取消呼叫",
            cancelledThere: "对方已挂断",
            failed: "连接已中断，|请按下按钮重新呼叫",
            incomingCall: "来电",
            notVerified: "身份未验证",
            someone: "医护人员",
            cameraOn: "摄像头已开启",
            cameraOff: "摄像头已关闭",
            microphoneOff: "麦克风已关闭",
            waitingForPicture: "正在等待画面",
            privateInCall: "隐私开关已打开：|对方看不到也听不到您",
            unseen: "无摄像头：|对方看不到您",
            unheard: "无麦克风：|对方听不到您",
            keepsTrying: "正在自动重试",
            forStaff: "工作人员参考",
            answerNow: "按下立即接听",
            holdToRefuse: "长按拒绝",
            pressToCancel: "按下取消",
            pressToEnd: "按下结束",
            noNetwork: "无网络",
            noCamera: "无摄像头",
            noMicrophone: "无麦克风",
            noSpeaker: "无声音",
            noCalls: "无法通话",
            privacyOn: "隐私开关已打开"))
}
