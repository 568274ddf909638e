<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="zh_CN" sourcelanguage="en">
<context>
    <name>errors</name>
    <message>
        <source>{what}</source>
        <translation>{what}</translation>
    </message>
    <message>
        <source>See the log file for details.</source>
        <translation>详情请查看日志文件。</translation>
    </message>
    <message>
        <source>{path}, key {key}: {reason}</source>
        <translation>{path}，设置项 {key}：{reason}</translation>
    </message>
    <message>
        <source>Correct this line or remove it to use the default.</source>
        <translation>请改正这一行，或删除它以使用默认值。</translation>
    </message>
    <message>
        <source>The camera {source} cannot be used: {reason}</source>
        <translation>摄像头 {source} 无法使用：{reason}</translation>
    </message>
    <message>
        <source>Check the cable and the camera setting.</source>
        <translation>请检查连接线和摄像头设置。</translation>
    </message>
    <message>
        <source>No camera found at {source}.</source>
        <translation>在 {source} 未找到摄像头。</translation>
    </message>
    <message>
        <source>Plug the camera in, or choose another source.</source>
        <translation>请插上摄像头，或选择其他来源。</translation>
    </message>
    <message>
        <source>The camera {source} is in use by another program.</source>
        <translation>摄像头 {source} 正被其他程序占用。</translation>
    </message>
    <message>
        <source>Close the other program (video call, browser) and try again.</source>
        <translation>请关闭占用它的程序（视频通话、浏览器）后重试。</translation>
    </message>
    <message>
        <source>The camera {source} stopped sending pictures.</source>
        <translation>摄像头 {source} 不再发送画面。</translation>
    </message>
    <message>
        <source>Check the cable; the kiosk reconnects by itself.</source>
        <translation>请检查连接线；终端会自动重新连接。</translation>
    </message>
    <message>
        <source>{source} is no camera and no existing file or folder.</source>
        <translation>{source} 不是摄像头，也不是存在的文件或文件夹。</translation>
    </message>
    <message>
        <source>Correct the name of the source and start again.</source>
        <translation>请更正来源名称后重新启动。</translation>
    </message>
    <message>
        <source>{path} cannot be used: {reason}</source>
        <translation>{path} 无法使用：{reason}</translation>
    </message>
    <message>
        <source>Use a JPEG or PNG photograph.</source>
        <translation>请使用 JPEG 或 PNG 照片。</translation>
    </message>
    <message>
        <source>{path} is not a readable picture ({reason}).</source>
        <translation>{path} 不是可读取的图片（{reason}）。</translation>
    </message>
    <message>
        <source>Open it in a picture viewer, save it as JPEG or PNG, and try again.</source>
        <translation>请用看图软件打开，另存为 JPEG 或 PNG 后重试。</translation>
    </message>
    <message>
        <source>{path} is too large ({actual}; at most {limit}).</source>
        <translation>{path} 过大（{actual}，最多 {limit}）。</translation>
    </message>
    <message>
        <source>Scale the photograph down and try again.</source>
        <translation>请缩小照片后重试。</translation>
    </message>
    <message>
        <source>The model pack {pack} cannot be used: {reason}</source>
        <translation>模型包 {pack} 无法使用：{reason}</translation>
    </message>
    <message>
        <source>Run 'attendance models verify'.</source>
        <translation>请运行“attendance models verify”。</translation>
    </message>
    <message>
        <source>The model pack {pack} is not installed: {reason}</source>
        <translation>模型包 {pack} 未安装：{reason}</translation>
    </message>
    <message>
        <source>'attendance models list' shows the installed packs.</source>
        <translation>运行“attendance models list”可查看已安装的模型包。</translation>
    </message>
    <message>
        <source>{path} is damaged: its checksum is not the one in the manifest of pack {pack}.</source>
        <translation>{path} 已损坏：校验和与模型包 {pack} 清单中的不一致。</translation>
    </message>
    <message>
        <source>Install or import the pack again; the damaged file was not loaded.</source>
        <translation>请重新安装或导入该模型包；损坏的文件未被加载。</translation>
    </message>
    <message>
        <source>{path} of pack {pack} is not a usable model: {reason}</source>
        <translation>模型包 {pack} 中的 {path} 不是可用的模型：{reason}</translation>
    </message>
    <message>
        <source>The pack must hold an InsightFace-layout detector and a 112x112 recognizer.</source>
        <translation>模型包须包含 InsightFace 格式的检测模型和 112x112 的识别模型。</translation>
    </message>
    <message>
        <source>Downloading {pack} failed: {reason}</source>
        <translation>下载 {pack} 失败：{reason}</translation>
    </message>
    <message>
        <source>Run the same command again to go on where it stopped, or use 'attendance models import FILE'.</source>
        <translation>再次运行同一命令即可继续下载，或使用“attendance models import FILE”。</translation>
    </message>
    <message>
        <source>{where}: cannot enrol: {reason}</source>
        <translation>{where}：无法登记：{reason}</translation>
    </message>
    <message>
        <source>Take another photograph.</source>
        <translation>请重新拍照。</translation>
    </message>
    <message>
        <source>{where}: no face found.</source>
        <translation>{where}：未找到人脸。</translation>
    </message>
    <message>
        <source>Use a photograph that shows the face from the front.</source>
        <translation>请使用正面人脸照片。</translation>
    </message>
    <message>
        <source>{where}: {count} faces found, exactly one is needed.</source>
        <translation>{where}：找到 {count} 张人脸，只能有一张。</translation>
    </message>
    <message>
        <source>Use a photograph of this person alone.</source>
        <translation>请使用此人的单人照片。</translation>
    </message>
    <message>
        <source>{where}: the face is {reason}.</source>
        <translation>{where}：人脸不合格：{reason}。</translation>
    </message>
    <message>
        <source>Take a sharp, well-lit photograph from the front.</source>
        <translation>请在光线充足处拍摄清晰的正面照片。</translation>
    </message>
    <message>
        <source>{where}: this face is already enrolled as {other_name} ({other_code}), similarity {similarity:.2f}.</source>
        <translation>{where}：此人脸已登记为 {other_name}（{other_code}），相似度 {similarity:.2f}。</translation>
    </message>
    <message>
        <source>Check the photograph; add it to {other_code}, or confirm with --allow-duplicate for twins.</source>
        <translation>请核对照片；可添加到 {other_code}，若为双胞胎请用 --allow-duplicate 确认。</translation>
    </message>
    <message>
        <source>The code {person_code} already belongs to {other_name}.</source>
        <translation>编号 {person_code} 已属于 {other_name}。</translation>
    </message>
    <message>
        <source>Choose another code, or use the same name to add photographs.</source>
        <translation>请换一个编号，或使用相同姓名以添加照片。</translation>
    </message>
    <message>
        <source>Nobody has the code {person_code}.</source>
        <translation>没有编号为 {person_code} 的人员。</translation>
    </message>
    <message>
        <source>'attendance people list' shows all codes.</source>
        <translation>运行“attendance people list”可查看所有编号。</translation>
    </message>
    <message>
        <source>{path} cannot be imported: {reason}</source>
        <translation>{path} 无法导入：{reason}</translation>
    </message>
    <message>
        <source>A CSV needs the columns code,name,department,photo in UTF-8; a folder needs one sub-folder a person.</source>
        <translation>CSV 须为 UTF-8 编码并包含 code,name,department,photo 列；文件夹须每人一个子文件夹。</translation>
    </message>
    <message>
        <source>{path}: {reason}</source>
        <translation>{path}：{reason}</translation>
    </message>
    <message>
        <source>Nothing was changed. Check the disk and try again.</source>
        <translation>没有任何更改。请检查磁盘后重试。</translation>
    </message>
    <message>
        <source>The database {path} is locked by another program.</source>
        <translation>数据库 {path} 被其他程序锁定。</translation>
    </message>
    <message>
        <source>Close the other program and try again; nothing was lost.</source>
        <translation>请关闭其他程序后重试；数据没有丢失。</translation>
    </message>
    <message>
        <source>The database {path} is damaged: {reason}</source>
        <translation>数据库 {path} 已损坏：{reason}</translation>
    </message>
    <message>
        <source>Restore a backup; the damaged file was left as it is.</source>
        <translation>请恢复备份；损坏的文件保持原样。</translation>
    </message>
    <message>
        <source>The database {path} was written by a newer version (schema {found}, this program knows {known}).</source>
        <translation>数据库 {path} 由更新版本的程序写入（结构版本 {found}，本程序支持 {known}）。</translation>
    </message>
    <message>
        <source>Install the newer version; the file was not touched.</source>
        <translation>请安装新版本；文件未被改动。</translation>
    </message>
    <message>
        <source>The disk that holds {path} is full.</source>
        <translation>{path} 所在的磁盘已满。</translation>
    </message>
    <message>
        <source>Free some space; what was already saved is safe.</source>
        <translation>请清理出空间；已保存的数据是安全的。</translation>
    </message>
    <message>
        <source>{path} cannot be written.</source>
        <translation>{path} 无法写入。</translation>
    </message>
    <message>
        <source>Give this user write permission, or choose another folder.</source>
        <translation>请授予当前用户写入权限，或选择其他文件夹。</translation>
    </message>
    <message>
        <source>The encryption key for {path} is not available: {reason}</source>
        <translation>{path} 的加密密钥不可用：{reason}</translation>
    </message>
    <message>
        <source>Restore the key file or keyring entry; without it the stored faces cannot be read.</source>
        <translation>请恢复密钥文件或密钥环条目；没有它无法读取已存储的人脸。</translation>
    </message>
    <message>
        <source>The report {path} cannot be written: {reason}</source>
        <translation>报表 {path} 无法写入：{reason}</translation>
    </message>
    <message>
        <source>Close the file in other programs or choose another folder.</source>
        <translation>请在其他程序中关闭该文件，或选择其他文件夹。</translation>
    </message>
    <message>
        <source>The report range {start} to {end} is not usable: {reason}</source>
        <translation>报表范围 {start} 至 {end} 不可用：{reason}</translation>
    </message>
    <message>
        <source>Give the first and last day as YYYY-MM-DD.</source>
        <translation>请以 YYYY-MM-DD 格式填写起止日期。</translation>
    </message>
    <message>
        <source>{path} is not a usable checkpoint: {reason}</source>
        <translation>{path} 不是可用的检查点：{reason}</translation>
    </message>
    <message>
        <source>Give an .npz file of float32 arrays, one for each parameter of the network.</source>
        <translation>请提供 .npz 文件，其中网络的每个参数对应一个 float32 数组。</translation>
    </message>
    <message>
        <source>Exporting to {path} failed: {reason}</source>
        <translation>导出到 {path} 失败：{reason}</translation>
    </message>
    <message>
        <source>The file that was there before is unchanged.</source>
        <translation>原有文件未被改动。</translation>
    </message>
    <message>
        <source>{path} cannot be used for a calibration: {reason}</source>
        <translation>{path} 无法用于校准：{reason}</translation>
    </message>
    <message>
        <source>Make it with 'attendance embed' from a folder that has one sub-folder a person.</source>
        <translation>请用“attendance embed”从每人一个子文件夹的目录生成。</translation>
    </message>
    <message>
        <source>{path} cannot be used for training: {reason}</source>
        <translation>{path} 无法用于训练：{reason}</translation>
    </message>
    <message>
        <source>Give the folder that holds the shards of aligned faces with --crops.</source>
        <translation>请用 --crops 指定存放已对齐人脸分片的文件夹。</translation>
    </message>
    <message>
        <source>Something went wrong that the program did not expect.</source>
        <translation>程序遇到了意外的错误。</translation>
    </message>
    <message>
        <source>Try again; the details are in the log file.</source>
        <translation>请重试；详情见日志文件。</translation>
    </message>
</context>
</TS>
