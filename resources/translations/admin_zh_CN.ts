<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="zh_CN" sourcelanguage="en">
<context>
    <name>admin</name>
    <message>
        <source>Camera picture</source>
        <translation>摄像头画面</translation>
    </message>
    <message>
        <source>Take a picture</source>
        <translation>拍一张</translation>
    </message>
    <message>
        <source>Automatic</source>
        <translation>自动拍摄</translation>
    </message>
    <message>
        <source>Try the camera again</source>
        <translation>重试摄像头</translation>
    </message>
    <message>
        <source>Use photo files instead</source>
        <translation>改用照片文件</translation>
    </message>
    <message>
        <source>Opening the camera…</source>
        <translation>正在打开摄像头…</translation>
    </message>
    <message>
        <source>Look at the camera</source>
        <translation>请看摄像头</translation>
    </message>
    <message>
        <source>The recording has ended.</source>
        <translation>录像已播放完毕。</translation>
    </message>
    <message>
        <source>Look straight ahead</source>
        <translation>请正对摄像头</translation>
    </message>
    <message>
        <source>Turn a little to one side</source>
        <translation>请稍微转向一侧</translation>
    </message>
    <message>
        <source>Now to the other side</source>
        <translation>请转向另一侧</translation>
    </message>
    <message>
        <source>Lift your chin a little</source>
        <translation>请稍微抬起下巴</translation>
    </message>
    <message>
        <source>Look straight ahead again</source>
        <translation>请再次正对摄像头</translation>
    </message>
    <message>
        <source>Enough pictures, thank you</source>
        <translation>照片已足够，谢谢</translation>
    </message>
    <message>
        <source>1 template</source>
        <translation>1 个特征模板</translation>
    </message>
    <message>
        <source>1 photo</source>
        <translation>1 张照片</translation>
    </message>
    <message>
        <source>1 attendance row stays, anonymised.</source>
        <translation>1 条考勤记录会匿名保留。</translation>
    </message>
    <message>
        <source>{count} templates</source>
        <translation>{count} 个特征模板</translation>
    </message>
    <message>
        <source>{count} photos</source>
        <translation>{count} 张照片</translation>
    </message>
    <message>
        <source>{count} attendance rows stay, anonymised.</source>
        <translation>{count} 条考勤记录会匿名保留。</translation>
    </message>
    <message>
        <source>Different people: enrol</source>
        <translation>不是同一人：登记</translation>
    </message>
    <message>
        <source>The new photograph</source>
        <translation>新照片</translation>
    </message>
    <message>
        <source>Is it the same person, or somebody who looks alike?</source>
        <translation>是同一个人，还是相貌相似的另一个人？</translation>
    </message>
    <message>
        <source>Add to {name}</source>
        <translation>添加给 {name}</translation>
    </message>
    <message>
        <source>This face is already enrolled as {name} ({code}).</source>
        <translation>这张脸已登记为 {name}（{code}）。</translation>
    </message>
    <message>
        <source>Back to the list</source>
        <translation>返回列表</translation>
    </message>
    <message>
        <source>Camera</source>
        <translation>摄像头</translation>
    </message>
    <message>
        <source>Photo files</source>
        <translation>照片文件</translation>
    </message>
    <message>
        <source>Nothing new: {name} is already enrolled with these pictures.</source>
        <translation>没有新内容：这些照片已登记给 {name}。</translation>
    </message>
    <message>
        <source>{name} is enrolled with 1 new picture.</source>
        <translation>{name} 已登记，新增 1 张照片。</translation>
    </message>
    <message>
        <source>{name} is enrolled with {count} new pictures.</source>
        <translation>{name} 已登记，新增 {count} 张照片。</translation>
    </message>
    <message>
        <source>Add a person</source>
        <translation>添加人员</translation>
    </message>
    <message>
        <source>3 to 5 pictures from the front, then name and code.</source>
        <translation>先拍 3 至 5 张正面照片，再填写姓名和工号。</translation>
    </message>
    <message>
        <source>Add photos</source>
        <translation>添加照片</translation>
    </message>
    <message>
        <source>A few more pictures make recognition steadier.</source>
        <translation>再拍几张，识别会更稳定。</translation>
    </message>
    <message>
        <source>Saving…</source>
        <translation>正在保存…</translation>
    </message>
    <message>
        <source>Save</source>
        <translation>保存</translation>
    </message>
    <message>
        <source>There is no picture yet.</source>
        <translation>还没有照片。</translation>
    </message>
    <message>
        <source>Take one with the camera, or choose a photo file.</source>
        <translation>请用摄像头拍摄，或选择照片文件。</translation>
    </message>
    <message>
        <source>More pictures of {name}.</source>
        <translation>{name} 的更多照片。</translation>
    </message>
    <message>
        <source>One of the pictures shows somebody else.</source>
        <translation>其中一张照片是另一个人。</translation>
    </message>
    <message>
        <source>This code already belongs to {name}.</source>
        <translation>该工号已属于 {name}。</translation>
    </message>
    <message>
        <source>Remove that picture and save again.</source>
        <translation>请删除那张照片后重新保存。</translation>
    </message>
    <message>
        <source>Counting the attendance rows…</source>
        <translation>正在统计考勤记录…</translation>
    </message>
    <message>
        <source>Erase for good</source>
        <translation>永久删除</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>取消</translation>
    </message>
    <message>
        <source>Code of the person, as confirmation</source>
        <translation>输入该人员的工号以确认</translation>
    </message>
    <message>
        <source>This removes {templates} and {photos} of {name}.</source>
        <translation>将删除 {name} 的 {templates}和 {photos}。</translation>
    </message>
    <message>
        <source>{first} {second} It cannot be undone.</source>
        <translation>{first}{second}此操作无法撤销。</translation>
    </message>
    <message>
        <source>Type the code {code} to confirm.</source>
        <translation>请输入工号 {code} 以确认。</translation>
    </message>
    <message>
        <source>Date</source>
        <translation>日期</translation>
    </message>
    <message>
        <source>Time</source>
        <translation>时间</translation>
    </message>
    <message>
        <source>Name</source>
        <translation>姓名</translation>
    </message>
    <message>
        <source>In / out</source>
        <translation>进 / 出</translation>
    </message>
    <message>
        <source>Code</source>
        <translation>工号</translation>
    </message>
    <message>
        <source>Department</source>
        <translation>部门</translation>
    </message>
    <message>
        <source>Source</source>
        <translation>来源</translation>
    </message>
    <message>
        <source>Similarity</source>
        <translation>相似度</translation>
    </message>
    <message>
        <source>In</source>
        <translation>进</translation>
    </message>
    <message>
        <source>Out</source>
        <translation>出</translation>
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
        <source>Erased person</source>
        <translation>已删除的人员</translation>
    </message>
    <message>
        <source>Photos</source>
        <translation>照片</translation>
    </message>
    <message>
        <source>Result</source>
        <translation>结果</translation>
    </message>
    <message>
        <source>Details</source>
        <translation>详情</translation>
    </message>
    <message>
        <source>1 photo used</source>
        <translation>使用了 1 张照片</translation>
    </message>
    <message>
        <source>{used}, {count} left out ({reasons})</source>
        <translation>{used}，{count} 张未使用（{reasons}）</translation>
    </message>
    <message>
        <source>Waiting</source>
        <translation>等待中</translation>
    </message>
    <message>
        <source>Working…</source>
        <translation>处理中…</translation>
    </message>
    <message>
        <source>Enrolled</source>
        <translation>已登记</translation>
    </message>
    <message>
        <source>Nothing new</source>
        <translation>无新照片</translation>
    </message>
    <message>
        <source>{used}, {count} known before</source>
        <translation>{used}，{count} 张此前已登记</translation>
    </message>
    <message>
        <source>Photos added</source>
        <translation>已添加照片</translation>
    </message>
    <message>
        <source>Failed</source>
        <translation>失败</translation>
    </message>
    <message>
        <source>Not done</source>
        <translation>未处理</translation>
    </message>
    <message>
        <source>{count} photos used</source>
        <translation>使用了 {count} 张照片</translation>
    </message>
    <message>
        <source>Choose a folder</source>
        <translation>选择文件夹</translation>
    </message>
    <message>
        <source>Choose a CSV file</source>
        <translation>选择 CSV 文件</translation>
    </message>
    <message>
        <source>Import</source>
        <translation>导入</translation>
    </message>
    <message>
        <source>Many people at once, from a folder or a CSV file.</source>
        <translation>从文件夹或 CSV 文件一次导入多人。</translation>
    </message>
    <message>
        <source>Drop a folder with one sub-folder of photos for each person, or a CSV file with the columns code, name, department, photo.</source>
        <translation>将文件夹拖到这里（每人一个存放照片的子文件夹），或拖入包含 code、name、department、photo 列的 CSV 文件。</translation>
    </message>
    <message>
        <source>Choose a folder…</source>
        <translation>选择文件夹…</translation>
    </message>
    <message>
        <source>Choose a CSV file…</source>
        <translation>选择 CSV 文件…</translation>
    </message>
    <message>
        <source>Start the import</source>
        <translation>开始导入</translation>
    </message>
    <message>
        <source>Import something else</source>
        <translation>导入其他内容</translation>
    </message>
    <message>
        <source>Only the failed ones</source>
        <translation>仅显示失败的</translation>
    </message>
    <message>
        <source>Progress of the import</source>
        <translation>导入进度</translation>
    </message>
    <message>
        <source>People of the import</source>
        <translation>导入的人员</translation>
    </message>
    <message>
        <source>CSV files (*.csv)</source>
        <translation>CSV 文件 (*.csv)</translation>
    </message>
    <message>
        <source>All files (*)</source>
        <translation>所有文件 (*)</translation>
    </message>
    <message>
        <source>There is nobody to import in it.</source>
        <translation>其中没有可导入的人员。</translation>
    </message>
    <message>
        <source>A folder needs one sub-folder with photos for each person.</source>
        <translation>文件夹中每人需要一个存放照片的子文件夹。</translation>
    </message>
    <message>
        <source>People found: {people} · photos: {photos} · nothing is saved yet</source>
        <translation>找到 {people} 人 · {photos} 张照片 · 尚未保存任何内容</translation>
    </message>
    <message>
        <source>{done} of {total}</source>
        <translation>{done} / {total}</translation>
    </message>
    <message>
        <source>{rate} people per second</source>
        <translation>每秒 {rate} 人</translation>
    </message>
    <message>
        <source>{result} Nothing new for {count}.</source>
        <translation>{result}{count} 人无新照片。</translation>
    </message>
    <message>
        <source>{enrolled} enrolled, {added} given more photos, {failed} failed.</source>
        <translation>已登记 {enrolled} 人，为 {added} 人添加照片，失败 {failed} 人。</translation>
    </message>
    <message>
        <source>The details stand in each row; mend them and import the same file again.</source>
        <translation>原因见各行详情；修正后可重新导入同一文件。</translation>
    </message>
    <message>
        <source>about {count} min left</source>
        <translation>约剩 {count} 分钟</translation>
    </message>
    <message>
        <source>{count} · stopping after this person…</source>
        <translation>{count} · 处理完当前人员后停止…</translation>
    </message>
    <message>
        <source>about {count} s left</source>
        <translation>约剩 {count} 秒</translation>
    </message>
    <message>
        <source>Cancelled: {count} were not done.</source>
        <translation>已取消：{count} 人未处理。</translation>
    </message>
    <message>
        <source>Search name, code or department</source>
        <translation>搜索姓名、工号或部门</translation>
    </message>
    <message>
        <source>Search people</source>
        <translation>搜索人员</translation>
    </message>
    <message>
        <source>Show or hide columns</source>
        <translation>显示或隐藏列</translation>
    </message>
    <message>
        <source>Which people to show</source>
        <translation>显示哪些人员</translation>
    </message>
    <message>
        <source>All people</source>
        <translation>全部人员</translation>
    </message>
    <message>
        <source>Active</source>
        <translation>已启用</translation>
    </message>
    <message>
        <source>Inactive</source>
        <translation>已停用</translation>
    </message>
    <message>
        <source>Without photos</source>
        <translation>无照片</translation>
    </message>
    <message>
        <source>Templates</source>
        <translation>特征模板</translation>
    </message>
    <message>
        <source>Status</source>
        <translation>状态</translation>
    </message>
    <message>
        <source>No photos yet</source>
        <translation>尚无照片</translation>
    </message>
    <message>
        <source>People</source>
        <translation>人员</translation>
    </message>
    <message>
        <source>Import…</source>
        <translation>导入…</translation>
    </message>
    <message>
        <source>Nobody is enrolled yet</source>
        <translation>还没有登记任何人</translation>
    </message>
    <message>
        <source>Add people one by one with the camera, or all at once from a folder or a CSV file.</source>
        <translation>可用摄像头逐个添加，也可从文件夹或 CSV 文件一次导入。</translation>
    </message>
    <message>
        <source>Add the first person</source>
        <translation>添加第一个人</translation>
    </message>
    <message>
        <source>Import a folder or CSV</source>
        <translation>导入文件夹或 CSV</translation>
    </message>
    <message>
        <source>Nobody matches</source>
        <translation>没有匹配的人员</translation>
    </message>
    <message>
        <source>Try fewer letters, or show all people.</source>
        <translation>请减少搜索字词，或显示全部人员。</translation>
    </message>
    <message>
        <source>Show all people</source>
        <translation>显示全部人员</translation>
    </message>
    <message>
        <source>Try again</source>
        <translation>重试</translation>
    </message>
    <message>
        <source>Undo</source>
        <translation>撤销</translation>
    </message>
    <message>
        <source>1 person</source>
        <translation>1 人</translation>
    </message>
    <message>
        <source>{name} is active again.</source>
        <translation>{name} 已重新启用。</translation>
    </message>
    <message>
        <source>{name} is inactive now.</source>
        <translation>{name} 已停用。</translation>
    </message>
    <message>
        <source>{count} people are active again.</source>
        <translation>{count} 人已重新启用。</translation>
    </message>
    <message>
        <source>{count} people are inactive now.</source>
        <translation>{count} 人已停用。</translation>
    </message>
    <message>
        <source>{seen} of {total} people</source>
        <translation>共 {total} 人，显示 {seen} 人</translation>
    </message>
    <message>
        <source>Saved {name}.</source>
        <translation>已保存 {name}。</translation>
    </message>
    <message>
        <source>Erased: {templates}, {photos}. {rows}</source>
        <translation>已删除：{templates}、{photos}。{rows}</translation>
    </message>
    <message>
        <source>{total} people</source>
        <translation>{total} 人</translation>
    </message>
    <message>
        <source>Close (Esc)</source>
        <translation>关闭 (Esc)</translation>
    </message>
    <message>
        <source>Close the details</source>
        <translation>关闭详情</translation>
    </message>
    <message>
        <source>Revert</source>
        <translation>还原</translation>
    </message>
    <message>
        <source>Deactivate</source>
        <translation>停用</translation>
    </message>
    <message>
        <source>The kiosk no longer recognises the person; nothing is deleted.</source>
        <translation>签到机将不再识别此人；不会删除任何数据。</translation>
    </message>
    <message>
        <source>Activate</source>
        <translation>启用</translation>
    </message>
    <message>
        <source>Erase…</source>
        <translation>删除…</translation>
    </message>
    <message>
        <source>Ctrl+C copies them as a table.</source>
        <translation>按 Ctrl+C 可复制为表格。</translation>
    </message>
    <message>
        <source>{count} people selected</source>
        <translation>已选择 {count} 人</translation>
    </message>
    <message>
        <source>Language of the welcome</source>
        <translation>欢迎语的语言</translation>
    </message>
    <message>
        <source>e.g. 1007</source>
        <translation>例如 1007</translation>
    </message>
    <message>
        <source>as the person writes it</source>
        <translation>按本人书写方式填写</translation>
    </message>
    <message>
        <source>optional</source>
        <translation>选填</translation>
    </message>
    <message>
        <source>Same as the kiosk</source>
        <translation>与签到机相同</translation>
    </message>
    <message>
        <source>Enter a name.</source>
        <translation>请填写姓名。</translation>
    </message>
    <message>
        <source>Enter a code.</source>
        <translation>请填写工号。</translation>
    </message>
    <message>
        <source>The photos will be added to {name}.</source>
        <translation>照片将添加给 {name}。</translation>
    </message>
    <message>
        <source>Drop 3 to 5 photos of this person here: one face each, from the front.</source>
        <translation>将此人的 3 至 5 张照片拖到这里：每张一张正脸。</translation>
    </message>
    <message>
        <source>Choose photos…</source>
        <translation>选择照片…</translation>
    </message>
    <message>
        <source>Results of the photo files</source>
        <translation>照片文件的结果</translation>
    </message>
    <message>
        <source>Choose photos</source>
        <translation>选择照片</translation>
    </message>
    <message>
        <source>Good</source>
        <translation>可用</translation>
    </message>
    <message>
        <source>Being examined…</source>
        <translation>正在检查…</translation>
    </message>
    <message>
        <source>Pictures ({patterns})</source>
        <translation>图片 ({patterns})</translation>
    </message>
    <message>
        <source>Only one person, please</source>
        <translation>请只留一人</translation>
    </message>
    <message>
        <source>No face found</source>
        <translation>未找到人脸</translation>
    </message>
    <message>
        <source>More than one face</source>
        <translation>不止一张人脸</translation>
    </message>
    <message>
        <source>Come a little closer</source>
        <translation>请再靠近一点</translation>
    </message>
    <message>
        <source>More light, please</source>
        <translation>请增加光线</translation>
    </message>
    <message>
        <source>Less light, please</source>
        <translation>请减少光线</translation>
    </message>
    <message>
        <source>Hold still</source>
        <translation>请保持不动</translation>
    </message>
    <message>
        <source>Move to the middle</source>
        <translation>请移到画面中间</translation>
    </message>
    <message>
        <source>The face is too small</source>
        <translation>人脸太小</translation>
    </message>
    <message>
        <source>The face is too dark</source>
        <translation>人脸太暗</translation>
    </message>
    <message>
        <source>The face is too bright</source>
        <translation>人脸太亮</translation>
    </message>
    <message>
        <source>The face is blurred</source>
        <translation>人脸模糊</translation>
    </message>
    <message>
        <source>The face is turned away</source>
        <translation>人脸未正对镜头</translation>
    </message>
    <message>
        <source>The face is cut off by the edge</source>
        <translation>人脸被画面边缘截断</translation>
    </message>
    <message>
        <source>Dots or two tones, not a photograph</source>
        <translation>网点或双色图，不是照片</translation>
    </message>
    <message>
        <source>1 row written to {file}.</source>
        <translation>已将 1 行写入 {file}。</translation>
    </message>
    <message>
        <source>{rows} rows written to {file}.</source>
        <translation>已将 {rows} 行写入 {file}。</translation>
    </message>
    <message>
        <source>Open folder</source>
        <translation>打开文件夹</translation>
    </message>
    <message>
        <source>Reports</source>
        <translation>报表</translation>
    </message>
    <message>
        <source>First day</source>
        <translation>开始日期</translation>
    </message>
    <message>
        <source>Last day</source>
        <translation>结束日期</translation>
    </message>
    <message>
        <source>Today</source>
        <translation>今天</translation>
    </message>
    <message>
        <source>This week</source>
        <translation>本周</translation>
    </message>
    <message>
        <source>This month</source>
        <translation>本月</translation>
    </message>
    <message>
        <source>Last month</source>
        <translation>上月</translation>
    </message>
    <message>
        <source>The last day is before the first day.</source>
        <translation>结束日期早于开始日期。</translation>
    </message>
    <message>
        <source>Writing…</source>
        <translation>正在写入…</translation>
    </message>
    <message>
        <source>Days in the time zone {zone}</source>
        <translation>日期按时区 {zone} 计算</translation>
    </message>
    <message>
        <source>Remove this picture</source>
        <translation>删除这张照片</translation>
    </message>
    <message>
        <source>Pictures: {count} of {wanted}</source>
        <translation>照片：{count} / {wanted}</translation>
    </message>
    <message>
        <source>Picture {number}</source>
        <translation>照片 {number}</translation>
    </message>
    <message>
        <source>Remove picture {number}</source>
        <translation>删除照片 {number}</translation>
    </message>
    <message>
        <source>The details are on the clipboard.</source>
        <translation>详情已复制到剪贴板。</translation>
    </message>
    <message>
        <source>System</source>
        <translation>系统</translation>
    </message>
    <message>
        <source>What the program runs on, and how this window looks.</source>
        <translation>程序的运行环境和窗口外观。</translation>
    </message>
    <message>
        <source>Copy the details</source>
        <translation>复制详情</translation>
    </message>
    <message>
        <source>Appearance</source>
        <translation>外观</translation>
    </message>
    <message>
        <source>Language</source>
        <translation>语言</translation>
    </message>
    <message>
        <source>Colours</source>
        <translation>颜色</translation>
    </message>
    <message>
        <source>Keep the enrolment photos (encrypted)</source>
        <translation>保留登记照片（加密）</translation>
    </message>
    <message>
        <source>With them, a new model needs no new photographs.</source>
        <translation>保留后，更换模型时无需重新拍照。</translation>
    </message>
    <message>
        <source>Open the folder</source>
        <translation>打开文件夹</translation>
    </message>
    <message>
        <source>Recognition runs on</source>
        <translation>识别运行于</translation>
    </message>
    <message>
        <source>No: a cautious threshold is used</source>
        <translation>否：使用谨慎的阈值</translation>
    </message>
    <message>
        <source>Allowed</source>
        <translation>允许</translation>
    </message>
    <message>
        <source>Not allowed: research only</source>
        <translation>不允许：仅限研究</translation>
    </message>
    <message>
        <source>Model pack</source>
        <translation>模型包</translation>
    </message>
    <message>
        <source>Data</source>
        <translation>数据</translation>
    </message>
    <message>
        <source>Like the system</source>
        <translation>跟随系统</translation>
    </message>
    <message>
        <source>Light</source>
        <translation>浅色</translation>
    </message>
    <message>
        <source>Dark</source>
        <translation>深色</translation>
    </message>
    <message>
        <source>Check-ins</source>
        <translation>签到记录</translation>
    </message>
    <message>
        <source>Time zone</source>
        <translation>时区</translation>
    </message>
    <message>
        <source>Device</source>
        <translation>设备</translation>
    </message>
    <message>
        <source>Provider</source>
        <translation>运行后端</translation>
    </message>
    <message>
        <source>Reason</source>
        <translation>原因</translation>
    </message>
    <message>
        <source>Yes, at {count} operating points</source>
        <translation>是，{count} 个工作点</translation>
    </message>
    <message>
        <source>Title</source>
        <translation>名称</translation>
    </message>
    <message>
        <source>Identity</source>
        <translation>标识</translation>
    </message>
    <message>
        <source>Licence</source>
        <translation>许可</translation>
    </message>
    <message>
        <source>Commercial use</source>
        <translation>商业使用</translation>
    </message>
    <message>
        <source>Embedding</source>
        <translation>特征向量</translation>
    </message>
    <message>
        <source>Detector</source>
        <translation>检测器</translation>
    </message>
    <message>
        <source>Calibrated</source>
        <translation>已校准</translation>
    </message>
    <message>
        <source>Folder</source>
        <translation>文件夹</translation>
    </message>
    <message>
        <source>Database</source>
        <translation>数据库</translation>
    </message>
    <message>
        <source>Encryption key</source>
        <translation>加密密钥</translation>
    </message>
    <message>
        <source>Graphics card (GPU)</source>
        <translation>显卡 (GPU)</translation>
    </message>
    <message>
        <source>Processor (CPU)</source>
        <translation>处理器 (CPU)</translation>
    </message>
    <message>
        <source>{count} numbers</source>
        <translation>{count} 维</translation>
    </message>
    <message>
        <source>Dismiss</source>
        <translation>关闭提示</translation>
    </message>
    <message>
        <source>in now</source>
        <translation>人当前在岗</translation>
    </message>
    <message>
        <source>people seen today</source>
        <translation>人今日已签到</translation>
    </message>
    <message>
        <source>person seen today</source>
        <translation>人今日已签到</translation>
    </message>
    <message>
        <source>check-ins</source>
        <translation>次签到</translation>
    </message>
    <message>
        <source>check-in</source>
        <translation>次签到</translation>
    </message>
    <message>
        <source>Search today's check-ins</source>
        <translation>搜索今天的签到记录</translation>
    </message>
    <message>
        <source>Today's check-ins</source>
        <translation>今天的签到记录</translation>
    </message>
    <message>
        <source>Which check-ins to show</source>
        <translation>显示哪些签到记录</translation>
    </message>
    <message>
        <source>No check-ins yet today</source>
        <translation>今天还没有签到</translation>
    </message>
    <message>
        <source>They appear here by themselves as people look into the kiosk.</source>
        <translation>有人在签到机前签到后会自动显示在这里。</translation>
    </message>
    <message>
        <source>Look at other days</source>
        <translation>查看其他日期</translation>
    </message>
    <message>
        <source>No check-in matches</source>
        <translation>没有匹配的签到记录</translation>
    </message>
    <message>
        <source>Try fewer letters, or show all of them.</source>
        <translation>请减少搜索字词，或显示全部记录。</translation>
    </message>
    <message>
        <source>Show all check-ins</source>
        <translation>显示全部签到记录</translation>
    </message>
    <message>
        <source>In and out</source>
        <translation>进和出</translation>
    </message>
    <message>
        <source>In only</source>
        <translation>仅进</translation>
    </message>
    <message>
        <source>Out only</source>
        <translation>仅出</translation>
    </message>
    <message>
        <source>{day} · up to date at {time}</source>
        <translation>{day} · 更新于 {time}</translation>
    </message>
    <message>
        <source>Attendance – administration</source>
        <translation>考勤 – 管理</translation>
    </message>
    <message>
        <source>Opening the database and the models…</source>
        <translation>正在打开数据库和模型…</translation>
    </message>
    <message>
        <source>Pages</source>
        <translation>页面</translation>
    </message>
    <message>
        <source>The model pack {title} may not be used commercially: {licence}</source>
        <translation>模型包 {title} 不可用于商业用途：{licence}</translation>
    </message>
    <message>
        <source>A training is running. Closing the window stops it, and nothing of it is kept.</source>
        <translation>训练正在进行。关闭窗口会停止训练，且不保留任何结果。</translation>
    </message>
    <message>
        <source>After</source>
        <translation>之后</translation>
    </message>
    <message>
        <source>At the door</source>
        <translation>在门口</translation>
    </message>
    <message>
        <source>Back to the previous model</source>
        <translation>恢复为之前的模型</translation>
    </message>
    <message>
        <source>Before</source>
        <translation>之前</translation>
    </message>
    <message>
        <source>Before and after</source>
        <translation>前后对比</translation>
    </message>
    <message>
        <source>Cancel the training</source>
        <translation>取消训练</translation>
    </message>
    <message>
        <source>Check</source>
        <translation>检查项</translation>
    </message>
    <message>
        <source>Choose a file</source>
        <translation>选择文件</translation>
    </message>
    <message>
        <source>Choose a file…</source>
        <translation>选择文件…</translation>
    </message>
    <message>
        <source>Choose the faces of other people first.</source>
        <translation>请先选择其他人的照片。</translation>
    </message>
    <message>
        <source>Consent</source>
        <translation>同意</translation>
    </message>
    <message>
        <source>Consent to enrolment does not cover training. Ask each person, then tick “May be used for training” in the person's details. Only the kept photos of these people are used.</source>
        <translation>同意登记并不等于同意训练。请逐一征求本人意见，然后在人员详情中勾选“可用于训练”。只会使用这些人保留的照片。</translation>
    </message>
    <message>
        <source>Discard</source>
        <translation>放弃</translation>
    </message>
    <message>
        <source>Discard it</source>
        <translation>放弃它</translation>
    </message>
    <message>
        <source>Discarding…</source>
        <translation>正在放弃…</translation>
    </message>
    <message>
        <source>Faces (*.npz)</source>
        <translation>人脸 (*.npz)</translation>
    </message>
    <message>
        <source>Faces of other people</source>
        <translation>其他人的照片</translation>
    </message>
    <message>
        <source>Faces of other people (folder or .npz)</source>
        <translation>其他人的照片（文件夹或 .npz）</translation>
    </message>
    <message>
        <source>Fits the recognition to your staff.</source>
        <translation>让识别更适合您的员工。</translation>
    </message>
    <message>
        <source>Go back now</source>
        <translation>立即恢复</translation>
    </message>
    <message>
        <source>Go live</source>
        <translation>启用</translation>
    </message>
    <message>
        <source>Go live now</source>
        <translation>立即启用</translation>
    </message>
    <message>
        <source>Go on preparing</source>
        <translation>继续准备</translation>
    </message>
    <message>
        <source>Run {command} in a terminal, then open this window anew; everything else works without them.</source>
        <translation>请在终端中运行 {command}，然后重新打开本窗口；没有它们时其他功能照常工作。</translation>
    </message>
    <message>
        <source>In use: {active}.</source>
        <translation>正在使用：{active}。</translation>
    </message>
    <message>
        <source>In {count} only the model in use knew the person.</source>
        <translation>有 {count} 次只有当前模型认出了此人。</translation>
    </message>
    <message>
        <source>In {count} only the new model knew the person.</source>
        <translation>有 {count} 次只有新模型认出了此人。</translation>
    </message>
    <message>
        <source>In {count} the new model named somebody else: look at these before going live.</source>
        <translation>有 {count} 次新模型认成了别人：启用前请先查看。</translation>
    </message>
    <message>
        <source>Install and compare at the door</source>
        <translation>安装并在门口比较</translation>
    </message>
    <message>
        <source>Installed, the new model first looks on: the kiosk goes on with the model in use and notes where the two differ. Nobody has to be enrolled again.</source>
        <translation>安装后，新模型先只旁观：考勤机继续使用当前模型，并记录两者的不同之处。无需重新登记任何人。</translation>
    </message>
    <message>
        <source>It does not know {names} yet.</source>
        <translation>它还不认识 {names}。</translation>
    </message>
    <message>
        <source>Loading the curves…</source>
        <translation>正在加载曲线…</translation>
    </message>
    <message>
        <source>Looking for photos in the wrong place…</source>
        <translation>正在查找放错的照片…</translation>
    </message>
    <message>
        <source>Loss</source>
        <translation>损失</translation>
    </message>
    <message>
        <source>Loss (lower is better)</source>
        <translation>损失（越低越好）</translation>
    </message>
    <message>
        <source>May be used for training</source>
        <translation>可用于训练</translation>
    </message>
    <message>
        <source>Measuring before and after…</source>
        <translation>正在比较前后效果…</translation>
    </message>
    <message>
        <source>Of {faces} faces seen at the door, both models named the same person in {same}.</source>
        <translation>在门口的 {faces} 次识别中，两个模型有 {same} 次认出同一个人。</translation>
    </message>
    <message>
        <source>Of 1 face seen at the door, both models named the same person in {same}.</source>
        <translation>在门口的 1 次识别中，两个模型有 {same} 次认出同一个人。</translation>
    </message>
    <message>
        <source>Open the list of people</source>
        <translation>打开人员列表</translation>
    </message>
    <message>
        <source>People kept aside (higher is better)</source>
        <translation>未参与训练的人员（越高越好）</translation>
    </message>
    <message>
        <source>Preparing it: {done} of {total} photos</source>
        <translation>正在准备：{done} / {total} 张照片</translation>
    </message>
    <message>
        <source>Progress of the preparation</source>
        <translation>准备进度</translation>
    </message>
    <message>
        <source>Progress of the training</source>
        <translation>训练进度</translation>
    </message>
    <message>
        <source>Putting the photos together…</source>
        <translation>正在汇集照片…</translation>
    </message>
    <message>
        <source>Reading the faces…</source>
        <translation>正在读取人脸…</translation>
    </message>
    <message>
        <source>Start the training</source>
        <translation>开始训练</translation>
    </message>
    <message>
        <source>Step</source>
        <translation>步数</translation>
    </message>
    <message>
        <source>Stop</source>
        <translation>停止</translation>
    </message>
    <message>
        <source>Stop it and close</source>
        <translation>停止并关闭</translation>
    </message>
    <message>
        <source>Stopping…</source>
        <translation>正在停止…</translation>
    </message>
    <message>
        <source>Switching…</source>
        <translation>正在切换…</translation>
    </message>
    <message>
        <source>TAR in %</source>
        <translation>通过率 (%)</translation>
    </message>
    <message>
        <source>The comparison of {faces} faces seen at the door is removed. The model in use stays.</source>
        <translation>将删除门口 {faces} 次识别的比较结果。当前模型保持不变。</translation>
    </message>
    <message>
        <source>The comparison of 1 face seen at the door is removed. The model in use stays.</source>
        <translation>将删除门口 1 次识别的比较结果。当前模型保持不变。</translation>
    </message>
    <message>
        <source>The faces of other people are not there: choose a folder with photos or an .npz file.</source>
        <translation>找不到其他人的照片：请选择照片文件夹或 .npz 文件。</translation>
    </message>
    <message>
        <source>The kiosk has not seen anybody since then. Come back after a morning at the door.</source>
        <translation>此后考勤机还没有看到任何人。请在门口运行一个上午后再来查看。</translation>
    </message>
    <message>
        <source>The new model and its table are removed; another training would be needed to get it again.</source>
        <translation>将删除新模型及其对比表；要再次得到它需要重新训练。</translation>
    </message>
    <message>
        <source>The new model does not know {names}: no photos of them are kept.</source>
        <translation>新模型不认识 {names}：没有保留他们的照片。</translation>
    </message>
    <message>
        <source>The new model must still turn strangers away. That is measured with faces of people who are not your staff: a folder with one sub-folder of photos a person, about 600 photos of 300 people or more, or the .npz file of “attendance embed”. They stay on this computer.</source>
        <translation>新模型仍须拒绝陌生人。这要用非员工的照片来衡量：一个文件夹，每人一个照片子文件夹，300 人或更多、约 600 张照片；或“attendance embed”生成的 .npz 文件。这些照片只留在本机。</translation>
    </message>
    <message>
        <source>The packages for training are not installed.</source>
        <translation>未安装训练所需的软件包。</translation>
    </message>
    <message>
        <source>The person agreed to it, apart from the consent to enrolment; it can be taken back.</source>
        <translation>本人在同意登记之外另行同意；可以撤回。</translation>
    </message>
    <message>
        <source>The training was cancelled; nothing of it was kept.</source>
        <translation>训练已取消，未保留任何结果。</translation>
    </message>
    <message>
        <source>They must be enrolled again.</source>
        <translation>他们必须重新登记。</translation>
    </message>
    <message>
        <source>Too few people: {found} of the {needed} that are needed agreed to training and have two photos or more.</source>
        <translation>人数不足：需要 {needed} 人同意训练且有两张或更多照片，目前有 {found} 人。</translation>
    </message>
    <message>
        <source>Training</source>
        <translation>训练</translation>
    </message>
    <message>
        <source>Training…</source>
        <translation>正在训练…</translation>
    </message>
    <message>
        <source>Writing the new model…</source>
        <translation>正在写入新模型…</translation>
    </message>
    <message>
        <source>active people</source>
        <translation>在用人员</translation>
    </message>
    <message>
        <source>active person</source>
        <translation>在用人员</translation>
    </message>
    <message>
        <source>agreed to training</source>
        <translation>同意训练</translation>
    </message>
    <message>
        <source>nothing chosen yet</source>
        <translation>尚未选择</translation>
    </message>
    <message>
        <source>{candidate} is installed, but not every photo is prepared for it yet.</source>
        <translation>{candidate} 已安装，但尚未为它准备好所有照片。</translation>
    </message>
    <message>
        <source>{candidate} will recognise people at the door in place of {active}. You can go back at any time.</source>
        <translation>{candidate} 将代替 {active} 在门口识别人员。您可以随时恢复。</translation>
    </message>
    <message>
        <source>{names} and {count} more</source>
        <translation>{names} 等另外 {count} 人</translation>
    </message>
    <message>
        <source>{previous} will recognise people at the door again in place of {active}.</source>
        <translation>{previous} 将重新代替 {active} 在门口识别人员。</translation>
    </message>
    <message>
        <source>{what} {done} of {total}</source>
        <translation>{what} {done} / {total}</translation>
    </message>
    <message>
        <source>with two photos ({needed} needed)</source>
        <translation>有两张照片（需要 {needed} 人）</translation>
    </message>
    <message>
        <source>photos to train on</source>
        <translation>可用于训练的照片</translation>
    </message>
    <message>
        <source>photo to train on</source>
        <translation>可用于训练的照片</translation>
    </message>
    <message>
        <source>The new model {candidate} looks on beside {active}, which is in use.</source>
        <translation>新模型 {candidate} 正在使用中的 {active} 旁边旁观。</translation>
    </message>
    <message>
        <source>They differ most for {names}.</source>
        <translation>差异最多的人员：{names}。</translation>
    </message>
    <message>
        <source>Progress</source>
        <translation>进度</translation>
    </message>
    <message>
        <source>{name} is in use now.</source>
        <translation>现在使用 {name}。</translation>
    </message>
    <message>
        <source>Nobody knows whose it is</source>
        <translation>不知道是谁的</translation>
    </message>
    <message>
        <source>Add an entry</source>
        <translation>补一条记录</translation>
    </message>
    <message>
        <source>Move the entry</source>
        <translation>修改这条记录</translation>
    </message>
    <message>
        <source>Void the entry</source>
        <translation>作废这条记录</translation>
    </message>
    <message>
        <source>Give the entry to somebody else</source>
        <translation>把这条记录改给别人</translation>
    </message>
    <message>
        <source>Book leave or absence</source>
        <translation>登记请假或缺勤</translation>
    </message>
    <message>
        <source>Whose entry it is</source>
        <translation>这条记录属于谁</translation>
    </message>
    <message>
        <source>Kind</source>
        <translation>类别</translation>
    </message>
    <message>
        <source>Half days</source>
        <translation>半天</translation>
    </message>
    <message>
        <source>Reason (required)</source>
        <translation>原因（必填）</translation>
    </message>
    <message>
        <source>Say why; it stays with the correction.</source>
        <translation>请写明原因，它会随更正一起保留。</translation>
    </message>
    <message>
        <source>The clocks skip this time.</source>
        <translation>时钟调整跳过了这个时间。</translation>
    </message>
    <message>
        <source>Day</source>
        <translation>日期</translation>
    </message>
    <message>
        <source>Comes twice that night; the first is meant.</source>
        <translation>当晚该时间出现两次，这里指第一次。</translation>
    </message>
    <message>
        <source>Asked by {name} · {state}</source>
        <translation>申请人：{name} · {state}</translation>
    </message>
    <message>
        <source>Approve</source>
        <translation>批准</translation>
    </message>
    <message>
        <source>Reject</source>
        <translation>拒绝</translation>
    </message>
    <message>
        <source>nobody</source>
        <translation>无人</translation>
    </message>
    <message>
        <source>You asked for this yourself: somebody else has to approve it.</source>
        <translation>这是您自己申请的，须由另一个人批准。</translation>
    </message>
    <message>
        <source>{count} more wait.</source>
        <translation>还有 {count} 条待处理。</translation>
    </message>
    <message>
        <source>“{reason}”</source>
        <translation>“{reason}”</translation>
    </message>
    <message>
        <source>Choose an entry first.</source>
        <translation>请先选择一条记录。</translation>
    </message>
    <message>
        <source>Corrections that wait for approval</source>
        <translation>待批准的更正</translation>
    </message>
    <message>
        <source>Entries of the day</source>
        <translation>当天的记录</translation>
    </message>
    <message>
        <source>No entries</source>
        <translation>没有记录</translation>
    </message>
    <message>
        <source>Add an entry…</source>
        <translation>补记录…</translation>
    </message>
    <message>
        <source>Move…</source>
        <translation>修改…</translation>
    </message>
    <message>
        <source>Void…</source>
        <translation>作废…</translation>
    </message>
    <message>
        <source>Give to somebody else…</source>
        <translation>改给别人…</translation>
    </message>
    <message>
        <source>Leave…</source>
        <translation>请假…</translation>
    </message>
    <message>
        <source>Planned</source>
        <translation>计划</translation>
    </message>
    <message>
        <source>Worked</source>
        <translation>工时</translation>
    </message>
    <message>
        <source>Late</source>
        <translation>迟到</translation>
    </message>
    <message>
        <source>Left early</source>
        <translation>早退</translation>
    </message>
    <message>
        <source>Overtime</source>
        <translation>加班</translation>
    </message>
    <message>
        <source>somebody else's</source>
        <translation>属于别人</translation>
    </message>
    <message>
        <source>by hand</source>
        <translation>手工补录</translation>
    </message>
    <message>
        <source>provisional</source>
        <translation>暂定</translation>
    </message>
    <message>
        <source>void</source>
        <translation>已作废</translation>
    </message>
    <message>
        <source>corrected</source>
        <translation>已更正</translation>
    </message>
    <message>
        <source>does not count</source>
        <translation>不计</translation>
    </message>
    <message>
        <source>All departments</source>
        <translation>所有部门</translation>
    </message>
    <message>
        <source>All days</source>
        <translation>所有日期</translation>
    </message>
    <message>
        <source>To look at</source>
        <translation>需要查看</translation>
    </message>
    <message>
        <source>Incomplete</source>
        <translation>不完整</translation>
    </message>
    <message>
        <source>Waiting for approval</source>
        <translation>待批准</translation>
    </message>
    <message>
        <source>Last week</source>
        <translation>上周</translation>
    </message>
    <message>
        <source>Which days to show</source>
        <translation>显示哪些日期</translation>
    </message>
    <message>
        <source>Early</source>
        <translation>早退</translation>
    </message>
    <message>
        <source>Notes</source>
        <translation>备注</translation>
    </message>
    <message>
        <source>Saved; the hours are worked out anew.</source>
        <translation>已保存，工时已重新计算。</translation>
    </message>
    <message>
        <source>Asked for; it counts as soon as somebody else approves it.</source>
        <translation>已申请，由另一个人批准后生效。</translation>
    </message>
    <message>
        <source>Rejected; it does not count.</source>
        <translation>已拒绝，不计入。</translation>
    </message>
    <message>
        <source>Saved; it counts until somebody decides.</source>
        <translation>已保存，在有人决定之前有效。</translation>
    </message>
    <message>
        <source>Hours</source>
        <translation>工时</translation>
    </message>
    <message>
        <source>Days and hours</source>
        <translation>日期与工时</translation>
    </message>
    <message>
        <source>No hours in these days</source>
        <translation>这些日期没有工时</translation>
    </message>
    <message>
        <source>Choose other days, or enrol people and let them check in.</source>
        <translation>请选择其他日期，或先登记人员并让他们打卡。</translation>
    </message>
    <message>
        <source>No day fits</source>
        <translation>没有符合的日期</translation>
    </message>
    <message>
        <source>There is nothing to do here, or show all days.</source>
        <translation>这里没有要处理的内容，也可以显示所有日期。</translation>
    </message>
    <message>
        <source>Nothing waits for approval</source>
        <translation>没有待批准的更正</translation>
    </message>
    <message>
        <source>Show all days</source>
        <translation>显示所有日期</translation>
    </message>
    <message>
        <source>{seen} of {total} days</source>
        <translation>{total} 天中的 {seen} 天</translation>
    </message>
    <message>
        <source>Present</source>
        <translation>出勤</translation>
    </message>
    <message>
        <source>Half a day</source>
        <translation>半天</translation>
    </message>
    <message>
        <source>Absent</source>
        <translation>缺勤</translation>
    </message>
    <message>
        <source>Still in</source>
        <translation>在岗</translation>
    </message>
    <message>
        <source>Expected</source>
        <translation>未到</translation>
    </message>
    <message>
        <source>Holiday</source>
        <translation>节假日</translation>
    </message>
    <message>
        <source>Closed</source>
        <translation>停工</translation>
    </message>
    <message>
        <source>Day off</source>
        <translation>休息日</translation>
    </message>
    <message>
        <source>Not planned</source>
        <translation>无排班</translation>
    </message>
    <message>
        <source>Not employed</source>
        <translation>不在职</translation>
    </message>
    <message>
        <source>Leave</source>
        <translation>请假</translation>
    </message>
    <message>
        <source>Sick</source>
        <translation>病假</translation>
    </message>
    <message>
        <source>Unpaid leave</source>
        <translation>无薪假</translation>
    </message>
    <message>
        <source>Check-out missing</source>
        <translation>缺下班卡</translation>
    </message>
    <message>
        <source>Check-in missing</source>
        <translation>缺上班卡</translation>
    </message>
    <message>
        <source>Came twice</source>
        <translation>重复上班卡</translation>
    </message>
    <message>
        <source>Left twice</source>
        <translation>重复下班卡</translation>
    </message>
    <message>
        <source>Break does not fit</source>
        <translation>休息卡不符</translation>
    </message>
    <message>
        <source>Break not ended</source>
        <translation>休息未结束</translation>
    </message>
    <message>
        <source>Break too short</source>
        <translation>休息过短</translation>
    </message>
    <message>
        <source>Break too long</source>
        <translation>休息过长</translation>
    </message>
    <message>
        <source>Break deducted</source>
        <translation>已扣休息</translation>
    </message>
    <message>
        <source>Part of the shift missed</source>
        <translation>缺一段班</translation>
    </message>
    <message>
        <source>Outside the shift</source>
        <translation>非班次时间</translation>
    </message>
    <message>
        <source>Worked on a day off</source>
        <translation>休息日工作</translation>
    </message>
    <message>
        <source>Worked on leave</source>
        <translation>请假日工作</translation>
    </message>
    <message>
        <source>Work was not planned</source>
        <translation>无排班工作</translation>
    </message>
    <message>
        <source>Check-in while not employed</source>
        <translation>不在职时打卡</translation>
    </message>
    <message>
        <source>Deactivated while at work</source>
        <translation>在岗时被停用</translation>
    </message>
    <message>
        <source>Waits for approval</source>
        <translation>待批准</translation>
    </message>
    <message>
        <source>Corrected</source>
        <translation>已更正</translation>
    </message>
    <message>
        <source>Clock of the door was set</source>
        <translation>门口时钟被调整</translation>
    </message>
    <message>
        <source>Clocks change</source>
        <translation>夏令时切换</translation>
    </message>
    <message>
        <source>Check-in in the future</source>
        <translation>未来时间的打卡</translation>
    </message>
    <message>
        <source>Two versions of a check-in</source>
        <translation>同一打卡有两个版本</translation>
    </message>
    <message>
        <source>asked for, does not count yet</source>
        <translation>已申请，尚未生效</translation>
    </message>
    <message>
        <source>provisional, counts already</source>
        <translation>暂定，已生效</translation>
    </message>
    <message>
        <source>approved</source>
        <translation>已批准</translation>
    </message>
    <message>
        <source>rejected</source>
        <translation>已拒绝</translation>
    </message>
    <message>
        <source>Give to {name}: {event}</source>
        <translation>改给 {name}：{event}</translation>
    </message>
    <message>
        <source>{kind}, half days</source>
        <translation>{kind}（半天）</translation>
    </message>
    <message>
        <source>Add: {event}</source>
        <translation>补录：{event}</translation>
    </message>
    <message>
        <source>Change: {before} → {after}</source>
        <translation>修改：{before} → {after}</translation>
    </message>
    <message>
        <source>Void: {event}</source>
        <translation>作废：{event}</translation>
    </message>
    <message>
        <source>Everybody</source>
        <translation>所有人</translation>
    </message>
    <message>
        <source>Assign a shift</source>
        <translation>分配班次</translation>
    </message>
    <message>
        <source>Shift: choose one or type a new name</source>
        <translation>班次：选择或输入新名称</translation>
    </message>
    <message>
        <source>Start</source>
        <translation>开始</translation>
    </message>
    <message>
        <source>End</source>
        <translation>结束</translation>
    </message>
    <message>
        <source>Grace</source>
        <translation>宽限</translation>
    </message>
    <message>
        <source>For</source>
        <translation>适用于</translation>
    </message>
    <message>
        <source>From</source>
        <translation>起始日期</translation>
    </message>
    <message>
        <source> min</source>
        <translation> 分钟</translation>
    </message>
    <message>
        <source>Other hours of this shift also change days that are over.</source>
        <translation>修改此班次的时间也会改变已过去的日期。</translation>
    </message>
    <message>
        <source>This shift has more than these fields: change it in a plan file.</source>
        <translation>此班次的内容超出这些字段，请在计划文件中修改。</translation>
    </message>
    <message>
        <source>on the next day</source>
        <translation>次日</translation>
    </message>
    <message>
        <source>Give the shift a name.</source>
        <translation>请给班次命名。</translation>
    </message>
    <message>
        <source>Department {name}</source>
        <translation>部门 {name}</translation>
    </message>
    <message>
        <source>{minutes} min after {hours} h</source>
        <translation>满 {hours} 小时后 {minutes} 分钟</translation>
    </message>
    <message>
        <source>{minutes} min</source>
        <translation>{minutes} 分钟</translation>
    </message>
    <message>
        <source>Shift</source>
        <translation>班次</translation>
    </message>
    <message>
        <source>Times</source>
        <translation>时间</translation>
    </message>
    <message>
        <source>Who</source>
        <translation>谁</translation>
    </message>
    <message>
        <source>Until</source>
        <translation>截止日期</translation>
    </message>
    <message>
        <source>Weekdays</source>
        <translation>星期</translation>
    </message>
    <message>
        <source>flexible, {hours} h</source>
        <translation>弹性，{hours} 小时</translation>
    </message>
    <message>
        <source>Import a plan file</source>
        <translation>导入计划文件</translation>
    </message>
    <message>
        <source>Export the plan</source>
        <translation>导出计划</translation>
    </message>
    <message>
        <source>The plan is saved; the hours are worked out anew.</source>
        <translation>计划已保存，工时已重新计算。</translation>
    </message>
    <message>
        <source>Version {version}, saved by {name}, {at}</source>
        <translation>版本 {version}，由 {name} 保存，{at}</translation>
    </message>
    <message>
        <source>Plan</source>
        <translation>计划</translation>
    </message>
    <message>
        <source>Import a plan file (TOML or JSON)</source>
        <translation>导入计划文件（TOML 或 JSON）</translation>
    </message>
    <message>
        <source>Export…</source>
        <translation>导出…</translation>
    </message>
    <message>
        <source>Write the plan to a file, as it was saved</source>
        <translation>把计划按保存时的原样写入文件</translation>
    </message>
    <message>
        <source>Shifts</source>
        <translation>班次</translation>
    </message>
    <message>
        <source>Who works which shift</source>
        <translation>谁上哪个班</translation>
    </message>
    <message>
        <source>There is no plan yet</source>
        <translation>还没有计划</translation>
    </message>
    <message>
        <source>Without a plan hours are counted, but nobody is late and nothing is missing.</source>
        <translation>没有计划时会统计工时，但不会判断迟到或缺勤。</translation>
    </message>
    <message>
        <source>Plan files (*.toml *.json)</source>
        <translation>计划文件 (*.toml *.json)</translation>
    </message>
    <message>
        <source>The plan was written to {file}.</source>
        <translation>计划已写入 {file}。</translation>
    </message>
    <message>
        <source>Cycles: {cycles} · holidays: {holidays} · closing periods: {closings}</source>
        <translation>轮班：{cycles} · 节假日：{holidays} · 停工时段：{closings}</translation>
    </message>
    <message>
        <source>Save as a picture (PNG)…</source>
        <translation>保存为图片 (PNG)…</translation>
    </message>
    <message>
        <source>Save the values (CSV)…</source>
        <translation>保存数值 (CSV)…</translation>
    </message>
    <message>
        <source>Arrivals over the day</source>
        <translation>到岗时间分布</translation>
    </message>
    <message>
        <source>arrivals a quarter</source>
        <translation>每刻钟人次</translation>
    </message>
    <message>
        <source>Lateness by department</source>
        <translation>各部门迟到情况</translation>
    </message>
    <message>
        <source>% late</source>
        <translation>迟到 %</translation>
    </message>
    <message>
        <source>Hours per week</source>
        <translation>每周工时</translation>
    </message>
    <message>
        <source>hours</source>
        <translation>小时</translation>
    </message>
    <message>
        <source>{late} of {days} days</source>
        <translation>{days} 天中迟到 {late} 天</translation>
    </message>
    <message>
        <source>no department</source>
        <translation>无部门</translation>
    </message>
    <message>
        <source>{hours} h</source>
        <translation>{hours} 小时</translation>
    </message>
    <message>
        <source>Any program</source>
        <translation>任意程序</translation>
    </message>
    <message>
        <source>Report</source>
        <translation>报表</translation>
    </message>
    <message>
        <source>File</source>
        <translation>文件</translation>
    </message>
    <message>
        <source>Payroll program</source>
        <translation>工资程序</translation>
    </message>
    <message>
        <source>Person</source>
        <translation>人员</translation>
    </message>
    <message>
        <source>Save the report</source>
        <translation>保存报表</translation>
    </message>
    <message>
        <source>Table</source>
        <translation>表格</translation>
    </message>
    <message>
        <source>Charts</source>
        <translation>图表</translation>
    </message>
    <message>
        <source>First rows of the report</source>
        <translation>报表的前几行</translation>
    </message>
    <message>
        <source>Nothing to report in these days</source>
        <translation>这些日期没有可报告的内容</translation>
    </message>
    <message>
        <source>Choose other days, another report, or everybody.</source>
        <translation>请选择其他日期、其他报表或所有人。</translation>
    </message>
    <message>
        <source>Save as…</source>
        <translation>另存为…</translation>
    </message>
    <message>
        <source>Reading…</source>
        <translation>正在读取…</translation>
    </message>
    <message>
        <source>The first {count} rows; the file gets all.</source>
        <translation>显示前 {count} 行，文件包含全部。</translation>
    </message>
    <message>
        <source>{count} rows</source>
        <translation>{count} 行</translation>
    </message>
    <message>
        <source>1 row</source>
        <translation>1 行</translation>
    </message>
    <message>
        <source>Other days</source>
        <translation>其他日期</translation>
    </message>
    <message>
        <source>Days</source>
        <translation>日期范围</translation>
    </message>
    <message>
        <source>of all days</source>
        <translation>所有日期</translation>
    </message>
    <message>
        <source>All</source>
        <translation>全部</translation>
    </message>
    <message>
        <source>Who works when</source>
        <translation>谁在什么时候上班</translation>
    </message>
    <message>
        <source>Do not show again</source>
        <translation>不再显示</translation>
    </message>
    <message>
        <source>Allowed; training data not documented</source>
        <translation>允许；训练数据未说明</translation>
    </message>
    <message>
        <source>Loading and checking the new model…</source>
        <translation>正在加载并检查新模型…</translation>
    </message>
    <message>
        <source>{name} is not calibrated: nobody has measured from which similarity it is sure, so it decides by a cautious one and may refuse many people.</source>
        <translation>{name} 未校准：没有人测量过从多高的相似度起可以确认是本人，因此它使用谨慎的阈值，可能会拒绝许多人。</translation>
    </message>
    <message>
        <source>Calibrate it first</source>
        <translation>先校准</translation>
    </message>
    <message>
        <source>Another model can be put in use as soon as the training has ended.</source>
        <translation>训练结束后才能启用其他模型。</translation>
    </message>
    <message>
        <source>106 points (whether the eyes are open)</source>
        <translation>106 点（眼睛是否睁开）</translation>
    </message>
    <message>
        <source>68 points in space (how the head is turned)</source>
        <translation>68 个空间点（头部朝向）</translation>
    </message>
    <message>
        <source>A pack as a .zip file or a folder, in this program's or InsightFace's layout; or a recognizer as a single .onnx file.</source>
        <translation>模型包：.zip 文件或文件夹，采用本程序或 InsightFace 的格式；或单个 .onnx 识别模型文件。</translation>
    </message>
    <message>
        <source>Add a model</source>
        <translation>添加模型</translation>
    </message>
    <message>
        <source>Add a model…</source>
        <translation>添加模型…</translation>
    </message>
    <message>
        <source>Add it</source>
        <translation>添加</translation>
    </message>
    <message>
        <source>Another model can be put in use as soon as the work on the page Models has ended.</source>
        <translation>“模型”页面上的工作结束后，才能启用其他模型。</translation>
    </message>
    <message>
        <source>Blue, green, red (BGR)</source>
        <translation>蓝、绿、红 (BGR)</translation>
    </message>
    <message>
        <source>Bringing in {name}: its files are checked and its models run once…</source>
        <translation>正在导入 {name}：检查文件，并将各模型运行一次…</translation>
    </message>
    <message>
        <source>Calibrate on our people</source>
        <translation>用本公司人员校准</translation>
    </message>
    <message>
        <source>Calibrated on</source>
        <translation>校准所用照片</translation>
    </message>
    <message>
        <source>Calibrating needs kept photos of {needed} people or more.</source>
        <translation>校准需要至少 {needed} 人的保留照片。</translation>
    </message>
    <message>
        <source>Calibrating {name}: loading both models…</source>
        <translation>正在校准 {name}：加载两个模型…</translation>
    </message>
    <message>
        <source>Calibrating {name}: {done} of {total} photos</source>
        <translation>正在校准 {name}：{done} / {total} 张照片</translation>
    </message>
    <message>
        <source>Check the files</source>
        <translation>检查文件</translation>
    </message>
    <message>
        <source>Checking every file of {name}…</source>
        <translation>正在检查 {name} 的每个文件…</translation>
    </message>
    <message>
        <source>Choose a file or a folder first.</source>
        <translation>请先选择文件或文件夹。</translation>
    </message>
    <message>
        <source>Close</source>
        <translation>关闭</translation>
    </message>
    <message>
        <source>Comes with the program; its thresholds were measured on many people</source>
        <translation>随程序提供；其阈值由大量人员的照片测得</translation>
    </message>
    <message>
        <source>Compare at the door</source>
        <translation>在门口比较</translation>
    </message>
    <message>
        <source>Compare this one</source>
        <translation>比较这一个</translation>
    </message>
    <message>
        <source>Compare anyway</source>
        <translation>仍然比较</translation>
    </message>
    <message>
        <source>Do not show again; the licence stays on the page Models</source>
        <translation>不再显示；许可仍可在“模型”页面查看</translation>
    </message>
    <message>
        <source>Download a model</source>
        <translation>下载模型</translation>
    </message>
    <message>
        <source>Download it</source>
        <translation>下载</translation>
    </message>
    <message>
        <source>Downloading {name}: asking the server…</source>
        <translation>正在下载 {name}：正在询问服务器…</translation>
    </message>
    <message>
        <source>Downloading {name}: {done}</source>
        <translation>正在下载 {name}：{done}</translation>
    </message>
    <message>
        <source>Downloading {name}: {done} of {total}</source>
        <translation>正在下载 {name}：{done} / {total}</translation>
    </message>
    <message>
        <source>Download…</source>
        <translation>下载…</translation>
    </message>
    <message>
        <source>Every file of {name} is as it should be.</source>
        <translation>{name} 的每个文件都完好无误。</translation>
    </message>
    <message>
        <source>Every pack of the catalogue is installed.</source>
        <translation>目录中的模型包均已安装。</translation>
    </message>
    <message>
        <source>Far fewer than with the bundled one: are mean, std, side and colour order right?</source>
        <translation>远少于内置模型：均值、标准差、边长和颜色顺序是否正确？</translation>
    </message>
    <message>
        <source>File or folder</source>
        <translation>文件或文件夹</translation>
    </message>
    <message>
        <source>File…</source>
        <translation>文件…</translation>
    </message>
    <message>
        <source>Fitted to your staff on the page Training</source>
        <translation>在“训练”页面针对本公司人员调整</translation>
    </message>
    <message>
        <source>Folder…</source>
        <translation>文件夹…</translation>
    </message>
    <message>
        <source>From a file or folder of your own</source>
        <translation>来自您自己的文件或文件夹</translation>
    </message>
    <message>
        <source>Go on downloading</source>
        <translation>继续下载</translation>
    </message>
    <message>
        <source>How pixels are scaled</source>
        <translation>像素值的缩放方式</translation>
    </message>
    <message>
        <source>In use</source>
        <translation>使用中</translation>
    </message>
    <message>
        <source>In use before</source>
        <translation>之前使用</translation>
    </message>
    <message>
        <source>Installed</source>
        <translation>已安装</translation>
    </message>
    <message>
        <source>It recognises somebody from a similarity of {threshold} on.</source>
        <translation>相似度达到 {threshold} 时即认定是本人。</translation>
    </message>
    <message>
        <source>With few people the thresholds are on the strict side: calibrate again when more are enrolled.</source>
        <translation>人数较少时阈值偏严：登记更多人员后请重新校准。</translation>
    </message>
    <message>
        <source>Kiosks and windows that run now take it over at their next start.</source>
        <translation>正在运行的签到机和窗口将在下次启动时采用新阈值。</translation>
    </message>
    <message>
        <source>Kiosks that compare it now take it over at their next start.</source>
        <translation>正在进行比较的签到机将在下次启动时采用新阈值。</translation>
    </message>
    <message>
        <source>Licence: {name}. {text}</source>
        <translation>许可：{name}。{text}</translation>
    </message>
    <message>
        <source>Mean</source>
        <translation>均值</translation>
    </message>
    <message>
        <source>Models</source>
        <translation>模型</translation>
    </message>
    <message>
        <source>Models (*.zip *.onnx *.ZIP *.ONNX)</source>
        <translation>模型 (*.zip *.onnx *.ZIP *.ONNX)</translation>
    </message>
    <message>
        <source>More points of a face</source>
        <translation>更多面部点</translation>
    </message>
    <message>
        <source>Nobody has two photos, so how many it recognises cannot be said.</source>
        <translation>没有人有两张照片，因此无法说明能识别多少。</translation>
    </message>
    <message>
        <source>Not calibrated</source>
        <translation>未校准</translation>
    </message>
    <message>
        <source>Of {asked} photos of your people, {recognised} are recognised with it and {mistaken} taken for somebody else (with the bundled one: {before} and {before_mistaken}).</source>
        <translation>在贵公司人员的 {asked} 张照片中，用它能识别 {recognised} 张，有 {mistaken} 张被认作他人（内置模型分别为 {before} 张和 {before_mistaken} 张）。</translation>
    </message>
    <message>
        <source>One model at a time is compared: {name} is discarded.</source>
        <translation>一次只能比较一个模型：{name} 将被放弃。</translation>
    </message>
    <message>
        <source>Order of the colours</source>
        <translation>颜色顺序</translation>
    </message>
    <message>
        <source>Other values</source>
        <translation>其他值</translation>
    </message>
    <message>
        <source>Our company may use it under this licence.</source>
        <translation>本公司可以在此许可下使用它。</translation>
    </message>
    <message>
        <source>Pack</source>
        <translation>模型包</translation>
    </message>
    <message>
        <source>Packs of InsightFace's release. A download that was cut off goes on where it stopped.</source>
        <translation>InsightFace 发布的模型包。中断的下载会从停止处继续。</translation>
    </message>
    <message>
        <source>Prepared in part</source>
        <translation>部分已准备</translation>
    </message>
    <message>
        <source>Red, green, blue (RGB)</source>
        <translation>红、绿、蓝 (RGB)</translation>
    </message>
    <message>
        <source>Runs on</source>
        <translation>运行于</translation>
    </message>
    <message>
        <source>Side in pixels</source>
        <translation>边长（像素）</translation>
    </message>
    <message>
        <source>State</source>
        <translation>状态</translation>
    </message>
    <message>
        <source>Std</source>
        <translation>标准差</translation>
    </message>
    <message>
        <source>Stopped. What was received of {name} is kept: it can go on later.</source>
        <translation>已停止。{name} 已收到的部分会保留，可稍后继续。</translation>
    </message>
    <message>
        <source>Subtracted from each pixel value, 0 to 255</source>
        <translation>从每个像素值中减去，0 到 255</translation>
    </message>
    <message>
        <source>The calibration of {name} was stopped; nothing has changed.</source>
        <translation>{name} 的校准已停止；未做任何更改。</translation>
    </message>
    <message>
        <source>This file holds a recognizer alone; the program's own detector is used with it. What the file does not say stands in its publisher's description.</source>
        <translation>该文件只是识别模型；将与本程序自带的检测器一起使用。文件未说明的内容，可在发布者的说明中找到。</translation>
    </message>
    <message>
        <source>The model in use, {name}, may be used for research only. Before your company relies on it, put another one in use or get a licence.</source>
        <translation>使用中的模型 {name} 仅限研究使用。在贵公司正式使用之前，请启用其他模型或取得许可。</translation>
    </message>
    <message>
        <source>The work on {name} has ended: page Models.</source>
        <translation>对 {name} 的处理已结束：请见“模型”页面。</translation>
    </message>
    <message>
        <source>These terms allow our company to use it. Without, it counts as research only.</source>
        <translation>这些条款允许本公司使用它。否则视为仅限研究。</translation>
    </message>
    <message>
        <source>What is left is divided by it</source>
        <translation>再除以该值</translation>
    </message>
    <message>
        <source>What it is</source>
        <translation>说明</translation>
    </message>
    <message>
        <source>What recognises the faces, and what else could.</source>
        <translation>用于识别人脸的模型，以及其他可用的模型。</translation>
    </message>
    <message>
        <source>What the kiosks find stands under “At the door”; there it goes live or is discarded.</source>
        <translation>签到机的比较结果见“在门口”；可在那里启用或放弃它。</translation>
    </message>
    <message>
        <source>Who made it, and under which terms</source>
        <translation>由谁制作，以及使用条款</translation>
    </message>
    <message>
        <source>as the file says</source>
        <translation>以文件为准</translation>
    </message>
    <message>
        <source>size not published</source>
        <translation>未公布大小</translation>
    </message>
    <message>
        <source>{name} is calibrated on {people} of your people and {photos} photos.</source>
        <translation>{name} 已用贵公司 {people} 人的 {photos} 张照片校准。</translation>
    </message>
    <message>
        <source>{name} is here: it is unpacked and checked, and its models run once…</source>
        <translation>{name} 已下载：正在解压并检查，并将各模型运行一次…</translation>
    </message>
    <message>
        <source>{name} is installed. Nothing has changed at the door yet.</source>
        <translation>{name} 已安装。门口尚无任何变化。</translation>
    </message>
    <message>
        <source>{size} per second</source>
        <translation>每秒 {size}</translation>
    </message>
    <message>
        <source>ArcFace, InsightFace</source>
        <translation>ArcFace、InsightFace</translation>
    </message>
    <message>
        <source>To values from 0 to 1</source>
        <translation>缩放到 0 至 1</translation>
    </message>
    <message>
        <source>FaceNet</source>
        <translation>FaceNet</translation>
    </message>
    <message>
        <source>Not at all</source>
        <translation>不缩放</translation>
    </message>
    <message>
        <source>Name of the model</source>
        <translation>模型名称</translation>
    </message>
    <message>
        <source>Model</source>
        <translation>模型</translation>
    </message>
    <message>
        <source>Preparing {name}: {done} of {total} photos</source>
        <translation>正在准备 {name}：{done} / {total} 张照片</translation>
    </message>
    <message>
        <source>Being compared</source>
        <translation>正在比较</translation>
    </message>
    <message>
        <source>Page Models</source>
        <translation>“模型”页面</translation>
    </message>
    <message>
        <source>Go live anyway</source>
        <translation>仍然启用</translation>
    </message>
    <message>
        <source>What speaks against {candidate}:</source>
        <translation>不宜启用 {candidate} 的原因：</translation>
    </message>
    <message>
        <source>Looking at {name} with the photos of your people…</source>
        <translation>正在用贵公司人员的照片检查 {name}…</translation>
    </message>
    <message>
        <source>Better: more photos of your people are recognised, and nobody is worse off. It may be used.</source>
        <translation>更好：能认出贵公司人员的更多照片，且没有人变差。可以使用。</translation>
    </message>
    <message>
        <source>Not known: it is not certain that the new model is better, so the model in use stays.</source>
        <translation>无法确定：不能肯定新模型更好，因此继续使用当前模型。</translation>
    </message>
    <message>
        <source>Worse: it would harm the door, so the model in use stays.</source>
        <translation>更差：会使门口的识别变差，因此继续使用当前模型。</translation>
    </message>
    <message>
        <source>good</source>
        <translation>良好</translation>
    </message>
    <message>
        <source>not known</source>
        <translation>无法确定</translation>
    </message>
    <message>
        <source>worse</source>
        <translation>变差</translation>
    </message>
    <message>
        <source>Verdict</source>
        <translation>结论</translation>
    </message>
    <message>
        <source>Answers given at the kiosk, corrections of others and imported files appear here.</source>
        <translation>门口终端给出的回答、他人的更正以及导入的文件会显示在这里。</translation>
    </message>
    <message>
        <source>Check-ins from the file {file}: {count}, of people: {people} · {days}</source>
        <translation>文件 {file} 中的打卡记录：{count} 条，涉及 {people} 人 · {days}</translation>
    </message>
    <message>
        <source>Imported by {name}</source>
        <translation>导入者：{name}</translation>
    </message>
    <message>
        <source>SHA-256 of the file: {digest}</source>
        <translation>文件的 SHA-256：{digest}</translation>
    </message>
    <message>
        <source>The check-ins of the file count now.</source>
        <translation>该文件中的打卡记录现已计入。</translation>
    </message>
    <message>
        <source>PIN and badge</source>
        <translation>PIN 码与工牌</translation>
    </message>
    <message>
        <source>Set a PIN</source>
        <translation>设置 PIN 码</translation>
    </message>
    <message>
        <source>Reset the PIN</source>
        <translation>重置 PIN 码</translation>
    </message>
    <message>
        <source>Remove the PIN</source>
        <translation>删除 PIN 码</translation>
    </message>
    <message>
        <source>Print a badge…</source>
        <translation>打印工牌…</translation>
    </message>
    <message>
        <source>Print badges…</source>
        <translation>打印工牌…</translation>
    </message>
    <message>
        <source>Print badges</source>
        <translation>打印工牌</translation>
    </message>
    <message>
        <source>Earlier badges are no longer valid then.</source>
        <translation>此后原有工牌失效。</translation>
    </message>
    <message>
        <source>Revoke badges</source>
        <translation>撤销工牌</translation>
    </message>
    <message>
        <source>PIN {pin}</source>
        <translation>PIN 码 {pin}</translation>
    </message>
    <message>
        <source>Hand it over now: it is not shown again. The door asks for another one at its first use.</source>
        <translation>请现在告知本人：之后不再显示。首次使用时门口终端会要求另设 PIN 码。</translation>
    </message>
    <message>
        <source>no badge</source>
        <translation>无工牌</translation>
    </message>
    <message>
        <source>1 badge</source>
        <translation>1 张工牌</translation>
    </message>
    <message>
        <source>{count} badges</source>
        <translation>{count} 张工牌</translation>
    </message>
    <message>
        <source>No PIN</source>
        <translation>未设 PIN 码</translation>
    </message>
    <message>
        <source>PIN paused until {time} after wrong tries</source>
        <translation>多次输错，PIN 码暂停至 {time}</translation>
    </message>
    <message>
        <source>Temporary PIN, not used yet</source>
        <translation>临时 PIN 码，尚未使用</translation>
    </message>
    <message>
        <source>PIN set by the person</source>
        <translation>PIN 码已由本人设置</translation>
    </message>
    <message>
        <source>PDF files (*.pdf)</source>
        <translation>PDF 文件 (*.pdf)</translation>
    </message>
    <message>
        <source>The badge of {name} is in {file}.</source>
        <translation>{name} 的工牌已写入 {file}。</translation>
    </message>
    <message>
        <source>{count} badges are in {file}.</source>
        <translation>{count} 张工牌已写入 {file}。</translation>
    </message>
    <message>
        <source>Without a photo</source>
        <translation>不用照片</translation>
    </message>
    <message>
        <source>The person checks in with PIN or badge; no face is ever looked for.</source>
        <translation>此人用 PIN 码或工牌签到，系统不会识别其人脸。</translation>
    </message>
    <message>
        <source>{name} is on the list without a photo.</source>
        <translation>已添加 {name}，未使用照片。</translation>
    </message>
    <message>
        <source>Known by</source>
        <translation>识别方式</translation>
    </message>
    <message>
        <source>Face</source>
        <translation>人脸</translation>
    </message>
    <message>
        <source>PIN</source>
        <translation>PIN 码</translation>
    </message>
    <message>
        <source>Badge</source>
        <translation>工牌</translation>
    </message>
    <message>
        <source>Badge, PIN</source>
        <translation>工牌、PIN 码</translation>
    </message>
    <message>
        <source>Badge, face</source>
        <translation>工牌、人脸</translation>
    </message>
    <message>
        <source>PIN, face</source>
        <translation>PIN 码、人脸</translation>
    </message>
    <message>
        <source>Looks like {names}: the door asks for the PIN after the face.</source>
        <translation>与 {names} 相貌相近：识别人脸后门口终端还会要求输入 PIN 码。</translation>
    </message>
</context>
</TS>
