<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="zh_CN" sourcelanguage="en">
<context>
    <name>kiosk</name>
    <message>
        <source>Look here to check in</source>
        <translation>请看这里签到</translation>
    </message>
    <message>
        <source>Hold still, please</source>
        <translation>请保持不动</translation>
    </message>
    <message>
        <source>Please see reception</source>
        <translation>请联系前台</translation>
    </message>
    <message>
        <source>Come a little closer</source>
        <translation>请再靠近一点</translation>
    </message>
    <message>
        <source>Turn to the light</source>
        <translation>请面向亮处</translation>
    </message>
    <message>
        <source>Look at the camera</source>
        <translation>请看摄像头</translation>
    </message>
    <message>
        <source>One at a time, please</source>
        <translation>请一次一人</translation>
    </message>
    <message>
        <source>Look straight, please</source>
        <translation>请正对摄像头</translation>
    </message>
    <message>
        <source>Camera disconnected – reconnecting</source>
        <translation>摄像头已断开，正在重连</translation>
    </message>
    <message>
        <source>No picture to show</source>
        <translation>没有可显示的画面</translation>
    </message>
    <message>
        <source>Starting the camera</source>
        <translation>正在启动摄像头</translation>
    </message>
    <message>
        <source>Camera stuck – reconnecting</source>
        <translation>摄像头画面卡住，正在重连</translation>
    </message>
    <message>
        <source>Uncover the camera, please</source>
        <translation>请移开摄像头前的遮挡</translation>
    </message>
    <message>
        <source>The recording has ended</source>
        <translation>录像已播完</translation>
    </message>
    <message>
        <source>Already out since {time}</source>
        <translation>已签退 {time}</translation>
    </message>
    <message>
        <source>Already in since {time}</source>
        <translation>已签到 {time}</translation>
    </message>
    <message>
        <source>On a break since {time}</source>
        <translation>{time} 开始休息</translation>
    </message>
    <message>
        <source>Back since {time}</source>
        <translation>{time} 已回岗</translation>
    </message>
    <message>
        <source>BREAK {time}</source>
        <translation>休息 {time}</translation>
    </message>
    <message>
        <source>BACK {time}</source>
        <translation>回岗 {time}</translation>
    </message>
    <message>
        <source>OUT {time}</source>
        <translation>签退 {time}</translation>
    </message>
    <message>
        <source>IN {time}</source>
        <translation>签到 {time}</translation>
    </message>
    <message>
        <source>Health: {state}</source>
        <translation>设备状态：{state}</translation>
    </message>
    <message>
        <source>Show in {language}</source>
        <translation>以{language}显示</translation>
    </message>
    <message>
        <source>Light colours</source>
        <translation>浅色</translation>
    </message>
    <message>
        <source>Dark colours</source>
        <translation>深色</translation>
    </message>
    <message>
        <source>State of this kiosk</source>
        <translation>本机状态</translation>
    </message>
    <message>
        <source>Try again</source>
        <translation>重试</translation>
    </message>
    <message>
        <source>Closing…</source>
        <translation>正在关闭…</translation>
    </message>
    <message>
        <source>Saving the last check-ins.</source>
        <translation>正在保存最后的考勤记录。</translation>
    </message>
    <message>
        <source>Starting…</source>
        <translation>正在启动…</translation>
    </message>
    <message>
        <source>Not saved yet – keep this screen on</source>
        <translation>尚未保存，请勿关闭本机</translation>
    </message>
    <message>
        <source>Not saved</source>
        <translation>未保存</translation>
    </message>
    <message>
        <source>Stopped</source>
        <translation>已停止</translation>
    </message>
    <message>
        <source>Starting</source>
        <translation>启动中</translation>
    </message>
    <message>
        <source>Camera</source>
        <translation>摄像头</translation>
    </message>
    <message>
        <source>Check</source>
        <translation>请检查</translation>
    </message>
    <message>
        <source>Ready</source>
        <translation>就绪</translation>
    </message>
    <message>
        <source>starting</source>
        <translation>启动中</translation>
    </message>
    <message>
        <source>connected</source>
        <translation>已连接</translation>
    </message>
    <message>
        <source>disconnected</source>
        <translation>已断开</translation>
    </message>
    <message>
        <source>stuck</source>
        <translation>画面卡住</translation>
    </message>
    <message>
        <source>black picture</source>
        <translation>画面全黑</translation>
    </message>
    <message>
        <source>ended</source>
        <translation>已结束</translation>
    </message>
    <message>
        <source>Camera: {state}</source>
        <translation>摄像头：{state}</translation>
    </message>
    <message>
        <source>Check-ins not saved yet: {count}</source>
        <translation>尚未保存的记录：{count} 条</translation>
    </message>
    <message>
        <source>All check-ins are saved</source>
        <translation>所有记录均已保存</translation>
    </message>
    <message>
        <source>Attendance kiosk</source>
        <translation>考勤终端</translation>
    </message>
    <message>
        <source>Camera picture</source>
        <translation>摄像头画面</translation>
    </message>
    <message>
        <source>IN</source>
        <translation>签到</translation>
    </message>
    <message>
        <source>OUT</source>
        <translation>签退</translation>
    </message>
    <message>
        <source>Break</source>
        <translation>休息</translation>
    </message>
    <message>
        <source>Back</source>
        <translation>回岗</translation>
    </message>
    <message>
        <source>Not now</source>
        <translation>以后再说</translation>
    </message>
    <message>
        <source>Confirm</source>
        <translation>确认</translation>
    </message>
    <message>
        <source>Undone</source>
        <translation>已撤销</translation>
    </message>
    <message>
        <source>Taken back</source>
        <translation>已取消</translation>
    </message>
    <message>
        <source>Thank you</source>
        <translation>谢谢</translation>
    </message>
    <message>
        <source>May we keep this picture to learn from it?</source>
        <translation>可以保留这张照片用于改进识别吗？</translation>
    </message>
    <message>
        <source>That did not work. Please see reception.</source>
        <translation>未能完成，请联系前台。</translation>
    </message>
    <message>
        <source>Yes</source>
        <translation>可以</translation>
    </message>
    <message>
        <source>No</source>
        <translation>不用</translation>
    </message>
    <message>
        <source>Undo ({seconds})</source>
        <translation>撤销（{seconds}）</translation>
    </message>
    <message>
        <source>That's not me</source>
        <translation>不是我</translation>
    </message>
    <message>
        <source>It's a break</source>
        <translation>是休息</translation>
    </message>
    <message>
        <source>Today {minutes} min</source>
        <translation>今天 {minutes} 分钟</translation>
    </message>
    <message>
        <source>Today {hours} h {minutes} min</source>
        <translation>今天 {hours} 小时 {minutes} 分钟</translation>
    </message>
    <message>
        <source>{minutes} min late</source>
        <translation>迟到 {minutes} 分钟</translation>
    </message>
    <message>
        <source>{hours} h {minutes} min late</source>
        <translation>迟到 {hours} 小时 {minutes} 分钟</translation>
    </message>
    <message>
        <source>You did not check out yesterday. When did you leave?</source>
        <translation>您昨天没有签退。您是几点离开的？</translation>
    </message>
    <message>
        <source>You did not check out on {day}. When did you leave?</source>
        <translation>您{day}没有签退。您是几点离开的？</translation>
    </message>
    <message>
        <source>Thank you. Your manager will confirm it.</source>
        <translation>谢谢。主管会确认。</translation>
    </message>
    <message>
        <source>{minutes} min</source>
        <translation>{minutes} 分钟</translation>
    </message>
    <message>
        <source>OK {time}</source>
        <translation>确认 {time}</translation>
    </message>
    <message>
        <source>No camera found</source>
        <translation>未找到摄像头</translation>
    </message>
    <message>
        <source>Camera in use elsewhere</source>
        <translation>摄像头正被其他程序占用</translation>
    </message>
    <message>
        <source>Camera cannot be used</source>
        <translation>摄像头无法使用</translation>
    </message>
    <message>
        <source>Nobody is enrolled yet</source>
        <translation>还没有登记任何人</translation>
    </message>
    <message>
        <source>Open the desk window (attendance admin) and enrol on the page People.</source>
        <translation>请打开管理窗口（attendance admin），在“人员”页登记。</translation>
    </message>
    <message>
        <source>Camera out of order</source>
        <translation>摄像头故障</translation>
    </message>
    <message>
        <source>Face recognition stopped. It is started again in a minute.</source>
        <translation>人脸识别已停止，一分钟后会重新启动。</translation>
    </message>
    <message>
        <source>Use PIN or badge</source>
        <translation>使用 PIN 码或工牌</translation>
    </message>
    <message>
        <source>Show badge or type code</source>
        <translation>请出示工牌或输入工号</translation>
    </message>
    <message>
        <source>Type your PIN</source>
        <translation>请输入 PIN 码</translation>
    </message>
    <message>
        <source>Type PIN, or look here</source>
        <translation>请输入 PIN 码或看镜头</translation>
    </message>
    <message>
        <source>Choose a new PIN</source>
        <translation>请设置新的 PIN 码</translation>
    </message>
    <message>
        <source>Type it once more</source>
        <translation>请再输入一次</translation>
    </message>
    <message>
        <source>The two PINs differ</source>
        <translation>两次输入不一致</translation>
    </message>
    <message>
        <source>Now look here, please</source>
        <translation>现在请看镜头</translation>
    </message>
    <message>
        <source>One moment, please</source>
        <translation>请稍候</translation>
    </message>
    <message>
        <source>Code or PIN not right</source>
        <translation>工号或 PIN 码不对</translation>
    </message>
    <message>
        <source>PIN not right</source>
        <translation>PIN 码不对</translation>
    </message>
    <message>
        <source>This badge is not valid</source>
        <translation>此工牌无效</translation>
    </message>
    <message>
        <source>Try again in {minutes} min</source>
        <translation>请 {minutes} 分钟后再试</translation>
    </message>
    <message>
        <source>Delete the last digit</source>
        <translation>删除最后一位</translation>
    </message>
    <message>
        <source>Done</source>
        <translation>完成</translation>
    </message>
    <message>
        <source>Digits only</source>
        <translation>仅数字</translation>
    </message>
    <message>
        <source>Letters as well</source>
        <translation>显示字母</translation>
    </message>
    <message>
        <source>Close</source>
        <translation>关闭</translation>
    </message>
</context>
</TS>
